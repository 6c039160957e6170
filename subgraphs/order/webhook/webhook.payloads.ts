import { Field, ObjectType } from 'type-graphql';
import { WebhookDelivery } from './delivery.entity';
import { WebhookEndpoint } from './endpoint.entity';
import { WebhookError, type WebhookFailure } from './webhook.errors';

@ObjectType()
class WebhookPayload {
  @Field(() => [WebhookError], { description: 'Why nothing happened; empty when it did.' })
  errors: readonly WebhookFailure[];
}

@ObjectType()
class WebhookEndpointPayload extends WebhookPayload {
  @Field(() => WebhookEndpoint, { nullable: true, description: 'The endpoint as it is now; null when nothing happened.' })
  endpoint: WebhookEndpoint | null;
}

@ObjectType()
class WebhookSecretPayload extends WebhookEndpointPayload {
  @Field(() => String, {
    nullable: true,
    description: 'What deliveries are signed with. Keep it now: it is told this once. Null when nothing happened.',
  })
  secret: string | null;
}

@ObjectType()
class WebhookDeliveryPayload extends WebhookPayload {
  @Field(() => WebhookDelivery, { nullable: true, description: 'The delivery, on its way; null when nothing happened.' })
  delivery: WebhookDelivery | null;
}

@ObjectType('CreateWebhookEndpointPayload', { description: 'The answer of createWebhookEndpoint.' })
export class CreateWebhookEndpointPayload extends WebhookSecretPayload {}

@ObjectType('RotateWebhookSecretPayload', { description: 'The answer of rotateWebhookSecret.' })
export class RotateWebhookSecretPayload extends WebhookSecretPayload {}

@ObjectType('UpdateWebhookEndpointPayload', { description: 'The answer of updateWebhookEndpoint.' })
export class UpdateWebhookEndpointPayload extends WebhookEndpointPayload {}

@ObjectType('DeleteWebhookEndpointPayload', { description: 'The answer of deleteWebhookEndpoint.' })
export class DeleteWebhookEndpointPayload extends WebhookEndpointPayload {}

@ObjectType('RedeliverWebhookPayload', { description: 'The answer of redeliverWebhook.' })
export class RedeliverWebhookPayload extends WebhookDeliveryPayload {}

@ObjectType('SendTestWebhookPayload', { description: 'The answer of sendTestWebhook.' })
export class SendTestWebhookPayload extends WebhookDeliveryPayload {}
