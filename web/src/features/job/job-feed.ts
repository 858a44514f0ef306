/** Follows the events of one job over all its attempts, and resumes where it was when the connection drops. */
import { api } from "@/api/client.ts";
import { followExecution } from "@/api/events.ts";
import { EventFeed } from "@/features/execution/event-feed.ts";
import { queued } from "@/features/execution/execution-state.ts";

export class JobFeed extends EventFeed {
  readonly job: string;

  constructor(job: string) {
    super(queued);
    this.job = job;
  }

  start(): this {
    const onInterrupted = (interrupted: boolean) => {
      this.interrupted = interrupted;
      this.become({ ...this.state });
    };
    void this.show(followExecution(this.job, { from: 1, signal: this.signal, open: api.jobEvents, onInterrupted }));
    return this;
  }
}
