/** The map: every URL and its page. Pages with editors and parsers are chunks of their own. */
import { createBrowserRouter } from "react-router";
import { AccountPage } from "@/features/account/account-page.tsx";
import { LibraryPage } from "@/features/library/library-page.tsx";
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
            { path: "/", element: <LibraryPage /> },
            {
              path: "/trash",
              lazy: async () => ({ Component: (await import("@/features/library/trash-page.tsx")).TrashPage }),
            },
            {
              path: "/local",
              lazy: async () => ({ Component: (await import("@/features/local/local-page.tsx")).LocalPage }),
            },
            {
              path: "/runbooks/:runbook",
              lazy: async () => ({ Component: (await import("@/features/runbook/runbook-page.tsx")).RunbookPage }),
            },
            {
              path: "/runbooks/:runbook/history",
              lazy: async () => ({ Component: (await import("@/features/history/history-page.tsx")).HistoryPage }),
            },
            {
              path: "/playground",
              lazy: async () => ({ Component: (await import("@/features/playground/playground-page.tsx")).PlaygroundPage }),
            },
            {
              path: "/functions",
              lazy: async () => ({ Component: (await import("@/features/function/function-list-page.tsx")).FunctionListPage }),
            },
            {
              path: "/functions/:name",
              lazy: async () => ({ Component: (await import("@/features/function/function-page.tsx")).FunctionPage }),
            },
            {
              path: "/new-function",
              lazy: async () => ({ Component: (await import("@/features/function/new-function-page.tsx")).NewFunctionPage }),
            },
            {
              path: "/jobs",
              lazy: async () => ({ Component: (await import("@/features/job/job-list-page.tsx")).JobListPage }),
            },
            {
              path: "/jobs/:job",
              lazy: async () => ({ Component: (await import("@/features/job/job-page.tsx")).JobPage }),
            },
            {
              path: "/new-job",
              lazy: async () => ({ Component: (await import("@/features/job/new-job-page.tsx")).NewJobPage }),
            },
            {
              path: "/schedules",
              lazy: async () => ({ Component: (await import("@/features/schedule/schedule-list-page.tsx")).ScheduleListPage }),
            },
            {
              path: "/schedules/:schedule",
              lazy: async () => ({ Component: (await import("@/features/schedule/schedule-page.tsx")).SchedulePage }),
            },
            {
              path: "/new-schedule",
              lazy: async () => ({ Component: (await import("@/features/schedule/new-schedule-page.tsx")).NewSchedulePage }),
            },
            {
              path: "/artifacts",
              lazy: async () => ({ Component: (await import("@/features/job/artifact-list-page.tsx")).ArtifactListPage }),
            },
            {
              path: "/limits",
              lazy: async () => ({ Component: (await import("@/features/job/my-limits-page.tsx")).MyLimitsPage }),
            },
            {
              path: "/sessions",
              lazy: async () => ({ Component: (await import("@/features/session/session-list-page.tsx")).SessionListPage }),
            },
            {
              path: "/agents",
              lazy: async () => ({ Component: (await import("@/features/agent-session/agent-list-page.tsx")).AgentListPage }),
            },
            {
              path: "/agents/settings",
              lazy: async () => ({ Component: (await import("@/features/agent-settings/agent-settings-page.tsx")).AgentSettingsPage }),
            },
            {
              path: "/agents/:session",
              lazy: async () => ({ Component: (await import("@/features/agent-session/agent-session-page.tsx")).AgentSessionPage }),
            },
            {
              path: "/admin/queue",
              lazy: async () => ({ Component: (await import("@/features/admin/queue-page.tsx")).QueuePage }),
            },
            {
              path: "/admin/limits",
              lazy: async () => ({ Component: (await import("@/features/admin/limits-page.tsx")).LimitsPage }),
            },
            {
              path: "/admin/audit",
              lazy: async () => ({ Component: (await import("@/features/admin/audit-page.tsx")).AuditPage }),
            },
            {
              path: "/account",
              lazy: async () => ({ Component: (await import("@/features/settings/account-settings-page.tsx")).AccountSettingsPage }),
            },
          ],
        },
        { path: "*", element: <NotFoundPage /> },
      ],
    },
  ]);
}
