import { Field, Int, ObjectType, registerEnumType } from 'type-graphql';
import { Column, Entity, PrimaryGeneratedColumn } from 'typeorm';
import { connectionType } from '../../../platform/federation';

export const WebhookDeliveryStatus = { PENDING: 'PENDING', DELIVERED: 'DELIVERED', FAILED: 'FAILED' } as const;
export type WebhookDeliveryStatus = (typeof WebhookDeliveryStatus)[keyof typeof WebhookDeliveryStatus];
registerEnumType(WebhookDeliveryStatus, {
  name: 'WebhookDeliveryStatus',
  description: 'What became of a delivery.',
  valuesConfig: {
    PENDING: { description: 'It is tried, or will be tried again.' },
    DELIVERED: { description: 'The endpoint answered with a status from 200 to 299.' },
    FAILED: { description: 'It was given up after about a day; redeliverWebhook tries it anew.' },
  },
});

/** One event on its way to one endpoint. */
@ObjectType('WebhookDelivery', { description: 'One event on its way to one endpoint, and what came of the last attempt.' })
@Entity('webhook_delivery')
export class WebhookDelivery {
  @PrimaryGeneratedColumn('identity', { type: 'integer' })
  id: number;

  @Column('integer', { name: 'endpoint_id' })
  endpointId: number;

  @Field(() => String, { description: 'The id of the event, sent as webhook-id: the same in every attempt.' })
  @Column('uuid', { name: 'event_id' })
  eventId: string;

  @Field(() => String, { description: 'The type of the event, such as "order.shipped".' })
  @Column('text')
  topic: string;

  @Field(() => String, { description: 'The id of what it happened to.' })
  @Column('text')
  subject: string;

  @Field(() => String, { description: 'What is posted, byte for byte.' })
  @Column('text')
  body: string;

  @Field(() => WebhookDeliveryStatus, { description: 'What became of it.' })
  @Column('text')
  status: WebhookDeliveryStatus;

  @Field(() => Int, { description: 'How often it was tried.' })
  @Column('integer')
  attempts: number;

  @Field(() => Date, { nullable: true, description: 'When it is tried again; null when it is not, or at once.' })
  @Column('timestamptz', { name: 'next_attempt_at', nullable: true })
  nextAttemptAt: Date | null;

  @Field(() => Int, { nullable: true, description: 'The HTTP status of the last answer; null when none came.' })
  @Column('integer', { name: 'response_status', nullable: true })
  responseStatus: number | null;

  @Field(() => String, { nullable: true, description: 'The first kilobyte of the last answer; null when none came.' })
  @Column('text', { name: 'response_body', nullable: true })
  responseBody: string | null;

  @Field(() => Int, { nullable: true, description: 'How long the last attempt took, in milliseconds; null before it.' })
  @Column('integer', { name: 'duration_ms', nullable: true })
  durationMs: number | null;

  @Field(() => String, { nullable: true, description: 'Why there was no answer, such as a time-out; null when one came.' })
  @Column('text', { nullable: true })
  error: string | null;

  @Field(() => Date, { description: 'When the event was taken up for the endpoint.' })
  @Column('timestamptz', { name: 'created_at' })
  createdAt: Date;

  @Field(() => Date, { nullable: true, description: 'When it was tried last; null before the first attempt.' })
  @Column('timestamptz', { name: 'attempted_at', nullable: true })
  attemptedAt: Date | null;
}

export const WebhookDeliveryConnection = connectionType(WebhookDelivery, 'WebhookDelivery');
