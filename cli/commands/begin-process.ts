import type { Settings } from '../../platform/config';
import { createLogger, startTracing } from '../../platform/observability';
import { Lifecycle } from '../../platform/process';
import type { Resources } from '../compose/resources';

/**
 * What every serving process does first: traces, then signals, then log, cache and bus. Tracing comes before anything
 * that loads the database driver, which it has to instrument; therefore the rest is loaded here and in the actions.
 */
export async function beginProcess(settings: Settings, name: string): Promise<Resources> {
  const lifecycle = new Lifecycle(createLogger(settings, name));
  const tracing = await startTracing(settings, `mercato-${name}`);
  lifecycle.add('tracing', () => tracing.stop());
  lifecycle.stopOnSignals();
  const { openResources } = require('../compose/resources') as typeof import('../compose/resources');
  return openResources(settings, name, lifecycle);
}
