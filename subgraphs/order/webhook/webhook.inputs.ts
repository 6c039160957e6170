import { Field, ID, InputType, Int } from 'type-graphql';
import { badInput } from '../../../platform/errors';
import { keyOf } from '../../../platform/federation';
import { optionalText, requiredText } from '../text';
import type { EndpointChange, NewEndpoint } from './endpoint.service';
import { WebhookTopic } from './webhook.topics';

const MAX_OVERLAP_HOURS = 168;

@InputType({ description: 'An endpoint to register.' })
export class CreateWebhookEndpointInput {
  @Field(() => String, { description: 'An https address, at most 1,000 characters. Redirects are not followed.' })
  url: string;

  @Field(() => [WebhookTopic], { description: 'What to tell it of; one at least.' })
  topics: WebhookTopic[];

  @Field(() => String, { nullable: true, description: 'What it is for, at most 500 characters.' })
  description?: string | null;
}

@InputType({ description: 'A change of an endpoint; what is absent stays.' })
export class UpdateWebhookEndpointInput {
  @Field(() => ID, { description: 'Which.' })
  endpointId: string;

  @Field(() => String, { nullable: true, description: 'An https address, at most 1,000 characters.' })
  url?: string | null;

  @Field(() => [WebhookTopic], { nullable: true, description: 'What to tell it of; one at least.' })
  topics?: WebhookTopic[] | null;

  @Field(() => String, { nullable: true, description: 'What it is for, at most 500 characters.' })
  description?: string | null;

  @Field(() => Boolean, { nullable: true, description: 'Whether it is told anything.' })
  isEnabled?: boolean | null;

  @Field(() => Int, { nullable: true, description: 'The version that you read; when given and no longer true, nothing happens.' })
  expectedVersion?: number | null;
}

@InputType({ description: 'Which endpoint.' })
export class WebhookEndpointInput {
  @Field(() => ID, { description: 'Which.' })
  endpointId: string;
}

@InputType({ description: 'An endpoint that is to get a new secret.' })
export class RotateWebhookSecretInput extends WebhookEndpointInput {
  @Field(() => Int, {
    defaultValue: 24,
    description: 'For how many hours deliveries are signed with the old secret too, 0 to 168; 0 when it leaked.',
  })
  overlapHours: number;
}

@InputType({ description: 'A delivery to send again.' })
export class RedeliverWebhookInput {
  @Field(() => ID, { description: 'Which.' })
  deliveryId: string;
}

export function readNewEndpoint(input: CreateWebhookEndpointInput): NewEndpoint {
  const description = optionalText(input.description, 'input.description', 500) ?? '';
  return { url: readUrl(input.url), topics: readTopics(input.topics), description };
}

export function readEndpointChange(input: UpdateWebhookEndpointInput): EndpointChange {
  const { url, topics, description, isEnabled, expectedVersion } = input;
  return {
    endpointId: readEndpointId(input),
    url: url === null || url === undefined ? undefined : readUrl(url),
    topics: topics ? readTopics(topics) : undefined,
    description:
      description === null || description === undefined ? undefined : (optionalText(description, 'input.description', 500) ?? ''),
    isEnabled: isEnabled ?? undefined,
    expectedVersion: expectedVersion ?? null,
  };
}

export function readEndpointId({ endpointId }: WebhookEndpointInput): number {
  return keyOf('WebhookEndpoint', endpointId, 'input.endpointId');
}

export function readOverlap({ overlapHours }: RotateWebhookSecretInput): number {
  if (overlapHours < 0 || overlapHours > MAX_OVERLAP_HOURS)
    throw badInput('input.overlapHours', `must be from 0 to ${MAX_OVERLAP_HOURS}`);
  return overlapHours;
}

function readUrl(url: string): string {
  return requiredText(url, 'input.url', 1_000);
}

function readTopics(topics: readonly WebhookTopic[]): WebhookTopic[] {
  if (topics.length === 0) throw badInput('input.topics', 'must name one topic at least');
  return [...new Set(topics)];
}
