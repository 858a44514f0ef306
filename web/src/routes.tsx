/** The map: every URL and its page. The runbook page is a chunk of its own, for its parsers are large. */
import { createBrowserRouter } from "react-router";
import { AccountPage } from "@/features/account/account-page.tsx";
import { RunbookListPage } from "@/features/runbook/runbook-list-page.tsx";
import { AppLayout } from "@/layouts/app-layout.tsx";
import { ErrorPage, NotFoundPage } from "@/layouts/error-page.tsx";
import { RootLayout } from "@/layouts/root-layout.tsx";

export function routerOf() {
  return createBrowserRouter([
    {
      element: <RootLayout />,
      errorElement: <ErrorPage />,
      HydrateFallback: () => null,
      children: [
        { path: "/sign-in", element: <AccountPage mode="sign-in" key="sign-in" /> },
        { path: "/sign-up", element: <AccountPage mode="sign-up" key="sign-up" /> },
        {
          element: <AppLayout />,
          errorElement: <ErrorPage />,
          children: [
            { path: "/", element: <RunbookListPage /> },
            {
              path: "/runbooks/:runbook",
              lazy: async () => ({ Component: (await import("@/features/runbook/runbook-page.tsx")).RunbookPage }),
            },
          ],
        },
        { path: "*", element: <NotFoundPage /> },
      ],
    },
  ]);
}
