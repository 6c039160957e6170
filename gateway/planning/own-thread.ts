import type { answerIn, Loaded } from './answer-request';
import type { PlanningAnswer, PlanningRequest } from './messages';
import type { Thread } from './thread';

/** Plans in the gateway's own thread, without a limit of time: where operations are known to be harmless, as in most tests. */
export class OwnThread implements Thread {
  readonly holds = new Set<string>();
  readonly ready = Promise.resolve();
  readonly wasReady = true;
  readonly isLost = false;
  private readonly loaded: Loaded = new Map();

  ask(request: PlanningRequest): Promise<PlanningAnswer> {
    // Not imported above: a gateway whose planning has a thread never loads the planner into its own.
    const { answerIn: answer } = require('./answer-request') as { answerIn: typeof answerIn };
    return answer(this.loaded, request);
  }

  end(): void {
    this.loaded.clear();
  }
}
