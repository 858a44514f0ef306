import "./styles.css";
import { MutationCache, QueryCache, QueryClient, QueryClientProvider } from "@tanstack/react-query";
import { StrictMode } from "react";
import { createRoot } from "react-dom/client";
import { RouterProvider } from "react-router/dom";
import { ApiError } from "@/api/errors.ts";
import { forgetAccountWhenRefused } from "@/features/account/account-queries.ts";
import { routerOf } from "./routes.tsx";

const refused = (error: unknown) => forgetAccountWhenRefused(queries, error);
const queries: QueryClient = new QueryClient({
  queryCache: new QueryCache({ onError: refused }),
  mutationCache: new MutationCache({ onError: refused }),
  defaultOptions: {
    queries: {
      staleTime: 10_000,
      // What the server refused once it refuses again; only an unreachable or failing one is worth asking.
      retry: (count, error) => count < 2 && !(error instanceof ApiError && error.status < 500),
    },
  },
});

const root = document.getElementById("root");
if (!root) throw new Error("index.html has no #root");
createRoot(root).render(
  <StrictMode>
    <QueryClientProvider client={queries}>
      <RouterProvider router={routerOf()} />
    </QueryClientProvider>
  </StrictMode>,
);
