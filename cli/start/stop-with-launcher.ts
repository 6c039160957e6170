import type { Lifecycle } from '../../platform/process';

/** Stops when `npm start`'s launcher, which holds the other end of this process's channel, dies without a word. */
export function stopWithLauncher(lifecycle: Lifecycle): void {
  if (!process.channel) return;
  process.channel.unref();
  process.once('disconnect', () => void lifecycle.stop().then(() => process.exit(0)));
}
