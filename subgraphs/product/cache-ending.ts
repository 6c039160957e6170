import type { DomainEvent, EventBus, Unsubscribe } from '../../platform/events';
import { tryKeyOf } from '../../platform/federation';
import type { Logger } from '../../platform/observability';
import type { CategoryService } from './category';
import type { FacetService } from './search';

/**
 * Ends cached answers when the catalogue changes: the writer does so after its commit, and every process again by the
 * event, so that a crash between the two leaves nothing stale for longer than the relay takes.
 */
export function createCacheEnding(categories: CategoryService, facets: FacetService) {
  let unsubscribe: Unsubscribe | null = null;
  const endCategories = async (keys: readonly number[]): Promise<void> => {
    await Promise.all([categories.endCache(keys), facets.endCache()]);
  };
  const onEvent = async (event: DomainEvent): Promise<void> => {
    const keys = event.touches.filter(({ type }) => type === 'Category').map(({ id }) => tryKeyOf('Category', id) ?? 0);
    await endCategories(keys);
  };
  return {
    endCategories,
    listen: (bus: EventBus, logger: Logger): void => {
      unsubscribe ??= bus.broadcast(['product', 'category'], (event) => {
        onEvent(event).catch((error: unknown) =>
          logger.error({ err: error, event: event.id }, 'a cache was not ended by its event'),
        );
      });
    },
    stop: async (): Promise<void> => {
      await unsubscribe?.();
      unsubscribe = null;
    },
  };
}
