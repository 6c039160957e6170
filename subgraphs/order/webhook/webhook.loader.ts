import type { SubgraphContext } from '../../../platform/federation';
import { defineLoader } from '../../../platform/loaders';
import type { DeliveriesKey, DeliveryPage, WebhookDeliveryService } from './delivery.service';
import type { WebhookEndpoint } from './endpoint.entity';
import type { WebhookEndpointService } from './endpoint.service';

/** The batches of webhooks. */
export function createWebhookLoaders(endpoints: WebhookEndpointService, deliveries: WebhookDeliveryService) {
  return {
    endpoint: defineLoader<number, WebhookEndpoint | null, SubgraphContext>({
      name: 'webhookEndpoint',
      batch: (keys) => endpoints.byKeys(keys),
    }),
    deliveries: defineLoader<DeliveriesKey, DeliveryPage, SubgraphContext>({
      name: 'webhookDeliveries',
      batch: (keys) => deliveries.pages(keys),
      cacheKey: (key) => JSON.stringify(key),
    }),
    deliveryCount: defineLoader<Omit<DeliveriesKey, 'page'>, number, SubgraphContext>({
      name: 'webhookDeliveryCount',
      batch: (keys) => deliveries.counts(keys),
      cacheKey: (key) => JSON.stringify(key),
    }),
  };
}

export type WebhookLoaders = ReturnType<typeof createWebhookLoaders>;
