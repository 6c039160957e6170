export { WebhookDelivery } from './delivery.entity';
export { WebhookDeliverer } from './delivery.job';
export { WebhookDeliveryService } from './delivery.service';
export { WebhookEndpoint } from './endpoint.entity';
export { WebhookEndpointService } from './endpoint.service';
export { createWebhookLoaders } from './webhook.loader';
export { WebhookDeliveryResolver, WebhookEndpointResolver } from './webhook.resolver';
export { createWebhookSender } from './webhook.sender';
export { WEBHOOK_SOURCES } from './webhook.topics';
