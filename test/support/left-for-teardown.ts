type Step = () => Promise<void>;

/** Jest loads set-up and teardown as separate modules of one process. */
const shared = globalThis as typeof globalThis & { mercatoTeardown?: Step[] };

export function leaveForTeardown(stop: Step): void {
  (shared.mercatoTeardown ??= []).push(stop);
}

/** Runs what was left, last first; a step that fails does not keep the others from running. */
export async function tearDown(): Promise<void> {
  for (const stop of (shared.mercatoTeardown ?? []).splice(0).toReversed()) {
    await stop().catch((error: unknown) => void process.stderr.write(`a step of the teardown failed: ${String(error)}\n`));
  }
}
