import type { FetchStep } from './compile-plan';
import type { AskedEntity } from './entity-call';

/**
 * The entities that one operation has asked for, by what was asked of them: parts of a plan that reach the same entities by
 * different ways ask for each of them once. What went wrong is forgotten, so that a later part asks again.
 */
export class EntityBook {
  private readonly byStep = new Map<string, Map<string, AskedEntity>>();

  /** What was asked by fetches equal to `step`, by representation. */
  of(step: FetchStep): Map<string, AskedEntity> {
    let asked = this.byStep.get(step.shareKey);
    if (!asked) this.byStep.set(step.shareKey, (asked = new Map()));
    return asked;
  }
}
