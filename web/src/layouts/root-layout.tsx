import { Outlet, ScrollRestoration } from "react-router";
import { ConfirmDialog } from "@/ui/confirm.tsx";
import { ToastList } from "@/ui/toasts.tsx";

/** What every page has: a way past the header, and the places where toasts and questions appear. */
export function RootLayout() {
  return (
    <>
      <a
        href="#content"
        className="sr-only rounded-lg bg-accent px-4 py-2 text-sm font-medium text-on-accent focus:not-sr-only focus:fixed focus:top-2 focus:left-2 focus:z-50"
      >
        Skip to content
      </a>
      <Outlet />
      <ConfirmDialog />
      <ToastList />
      <ScrollRestoration />
    </>
  );
}
