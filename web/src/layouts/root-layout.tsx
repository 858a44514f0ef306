import { Outlet, ScrollRestoration } from "react-router";
import { ConfirmDialog } from "@/ui/confirm.tsx";
import { ToastList } from "@/ui/toasts.tsx";

/** What every page has: a way past the header, and the places where toasts and questions appear. */
export function RootLayout() {
  return (
    <>
      <a
        href="#content"
        className="fixed top-2 left-2 z-50 -translate-y-20 rounded-lg bg-accent px-4 py-2 text-sm font-medium text-on-accent focus:translate-y-0"
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
