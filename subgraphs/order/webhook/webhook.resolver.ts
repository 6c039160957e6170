import { Arg, Args, Ctx, FieldResolver, ID, Mutation, Query, Resolver, Root } from 'type-graphql';
import { requireScope } from '../../../platform/auth';
import {
  ConnectionArgs,
  globalId,
  keyOf,
  readPage,
  toConnection,
  type ConnectionOf,
  type SubgraphContext,
} from '../../../platform/federation';
import { WebhookDelivery, WebhookDeliveryConnection, WebhookDeliveryStatus } from './delivery.entity';
import type { WebhookDeliveryService } from './delivery.service';
import { WebhookEndpoint, WebhookEndpointConnection } from './endpoint.entity';
import type { WebhookEndpointService } from './endpoint.service';
import {
  CreateWebhookEndpointInput,
  readEndpointChange,
  readEndpointId,
  readNewEndpoint,
  readOverlap,
  RedeliverWebhookInput,
  RotateWebhookSecretInput,
  UpdateWebhookEndpointInput,
  WebhookEndpointInput,
} from './webhook.inputs';
import type { WebhookLoaders } from './webhook.loader';
import {
  CreateWebhookEndpointPayload,
  DeleteWebhookEndpointPayload,
  RedeliverWebhookPayload,
  RotateWebhookSecretPayload,
  SendTestWebhookPayload,
  UpdateWebhookEndpointPayload,
} from './webhook.payloads';

const SCOPE = 'webhooks:write';

/** Webhooks out, for staff alone. */
@Resolver(() => WebhookEndpoint)
export class WebhookEndpointResolver {
  constructor(
    private readonly endpoints: WebhookEndpointService,
    private readonly deliveriesOf: WebhookDeliveryService,
    private readonly loaders: WebhookLoaders,
  ) {}

  @Query(() => WebhookEndpointConnection, {
    description: 'The addresses outside that are told of events, the newest first. Needs the scope webhooks:write.',
  })
  async webhookEndpoints(
    @Args(() => ConnectionArgs) page: ConnectionArgs,
    @Ctx() { viewer }: SubgraphContext,
  ): Promise<ConnectionOf<WebhookEndpoint>> {
    requireScope(viewer, SCOPE);
    return toConnection(await this.endpoints.page(readPage(page)));
  }

  @Query(() => WebhookEndpoint, {
    nullable: true,
    description: 'One of them; null when there is none. Needs the scope webhooks:write.',
  })
  async webhookEndpoint(
    @Arg('id', () => ID, { description: 'Which.' }) id: string,
    @Ctx() context: SubgraphContext,
  ): Promise<WebhookEndpoint | null> {
    requireScope(context.viewer, SCOPE);
    return context.loaders.of(this.loaders.endpoint).load(keyOf('WebhookEndpoint', id));
  }

  @Mutation(() => CreateWebhookEndpointPayload, {
    description: 'Registers an address that is told of events from now on. Needs the scope webhooks:write.',
  })
  async createWebhookEndpoint(
    @Arg('input', () => CreateWebhookEndpointInput, { description: 'The endpoint.' }) input: CreateWebhookEndpointInput,
    @Ctx() { viewer }: SubgraphContext,
  ): Promise<CreateWebhookEndpointPayload> {
    requireScope(viewer, SCOPE);
    const outcome = await this.endpoints.create(readNewEndpoint(input), viewer.userId);
    return Object.assign(new CreateWebhookEndpointPayload(), outcome);
  }

  @Mutation(() => UpdateWebhookEndpointPayload, {
    description: 'Changes an endpoint, or switches it on or off. Needs the scope webhooks:write.',
  })
  async updateWebhookEndpoint(
    @Arg('input', () => UpdateWebhookEndpointInput, { description: 'The change.' }) input: UpdateWebhookEndpointInput,
    @Ctx() { viewer }: SubgraphContext,
  ): Promise<UpdateWebhookEndpointPayload> {
    requireScope(viewer, SCOPE);
    return Object.assign(new UpdateWebhookEndpointPayload(), await this.endpoints.change(readEndpointChange(input)));
  }

  @Mutation(() => DeleteWebhookEndpointPayload, {
    description: 'Removes an endpoint with its deliveries. Needs the scope webhooks:write.',
  })
  async deleteWebhookEndpoint(
    @Arg('input', () => WebhookEndpointInput, { description: 'Which.' }) input: WebhookEndpointInput,
    @Ctx() { viewer }: SubgraphContext,
  ): Promise<DeleteWebhookEndpointPayload> {
    requireScope(viewer, SCOPE);
    return Object.assign(new DeleteWebhookEndpointPayload(), await this.endpoints.remove(readEndpointId(input)));
  }

  @Mutation(() => RotateWebhookSecretPayload, {
    description:
      'Gives an endpoint a new secret; for some hours deliveries are signed with the old one too. Needs the scope webhooks:write.',
  })
  async rotateWebhookSecret(
    @Arg('input', () => RotateWebhookSecretInput, { description: 'Which.' }) input: RotateWebhookSecretInput,
    @Ctx() { viewer }: SubgraphContext,
  ): Promise<RotateWebhookSecretPayload> {
    requireScope(viewer, SCOPE);
    const outcome = await this.endpoints.rotateSecret(readEndpointId(input), readOverlap(input));
    return Object.assign(new RotateWebhookSecretPayload(), outcome);
  }

  @Mutation(() => RedeliverWebhookPayload, {
    description: 'Sends an event to its endpoint again, under the same webhook-id. Needs the scope webhooks:write.',
  })
  async redeliverWebhook(
    @Arg('input', () => RedeliverWebhookInput, { description: 'Which.' }) input: RedeliverWebhookInput,
    @Ctx() { viewer }: SubgraphContext,
  ): Promise<RedeliverWebhookPayload> {
    requireScope(viewer, SCOPE);
    const key = keyOf('WebhookDelivery', input.deliveryId, 'input.deliveryId');
    return Object.assign(new RedeliverWebhookPayload(), await this.deliveriesOf.redeliver(key));
  }

  @Mutation(() => SendTestWebhookPayload, {
    description: 'Sends an endpoint an event of the type "webhook.test", once. Needs the scope webhooks:write.',
  })
  async sendTestWebhook(
    @Arg('input', () => WebhookEndpointInput, { description: 'Which.' }) input: WebhookEndpointInput,
    @Ctx() { viewer }: SubgraphContext,
  ): Promise<SendTestWebhookPayload> {
    requireScope(viewer, SCOPE);
    return Object.assign(new SendTestWebhookPayload(), await this.deliveriesOf.sendTest(readEndpointId(input)));
  }

  @FieldResolver(() => ID, { description: 'Opaque, unique in the whole graph, and never changing.' })
  id(@Root() endpoint: WebhookEndpoint): string {
    return globalId('WebhookEndpoint', endpoint.id);
  }

  @FieldResolver(() => WebhookDeliveryConnection, { description: 'What was sent to it, the newest first; kept for 30 days.' })
  async deliveries(
    @Root() endpoint: WebhookEndpoint,
    @Args(() => ConnectionArgs) args: ConnectionArgs,
    @Arg('status', () => WebhookDeliveryStatus, { nullable: true, description: 'Only those that stand so.' })
    status: WebhookDeliveryStatus | null,
    @Ctx() context: SubgraphContext,
  ): Promise<ConnectionOf<WebhookDelivery>> {
    const key = { endpointId: endpoint.id, status: status ?? null };
    const page = await context.loaders.of(this.loaders.deliveries).load({ ...key, page: readPage(args) });
    return toConnection({ ...page, totalCount: () => context.loaders.of(this.loaders.deliveryCount).load(key) });
  }
}

@Resolver(() => WebhookDelivery)
export class WebhookDeliveryResolver {
  constructor(private readonly loaders: WebhookLoaders) {}

  @FieldResolver(() => ID, { description: 'Opaque, unique in the whole graph, and never changing.' })
  id(@Root() delivery: WebhookDelivery): string {
    return globalId('WebhookDelivery', delivery.id);
  }

  @FieldResolver(() => WebhookEndpoint, { nullable: true, description: 'To whom; null when it was removed meanwhile.' })
  endpoint(@Root() delivery: WebhookDelivery, @Ctx() context: SubgraphContext): Promise<WebhookEndpoint | null> {
    return context.loaders.of(this.loaders.endpoint).load(delivery.endpointId);
  }
}
