import { Field, Int, ObjectType, registerEnumType } from 'type-graphql';
import { Column, Entity, PrimaryGeneratedColumn } from 'typeorm';
import { connectionType } from '../../../platform/federation';
import { WebhookTopic } from './webhook.topics';

export const WebhookEndpointStatus = { ENABLED: 'ENABLED', DISABLED: 'DISABLED' } as const;
export type WebhookEndpointStatus = (typeof WebhookEndpointStatus)[keyof typeof WebhookEndpointStatus];
registerEnumType(WebhookEndpointStatus, {
  name: 'WebhookEndpointStatus',
  description: 'Whether an endpoint is told anything.',
  valuesConfig: {
    ENABLED: { description: 'Events of its topics are sent to it.' },
    DISABLED: { description: 'Nothing is sent; disabledReason says why.' },
  },
});

/** An address outside that is told what happens here. Its secret is never read back. */
@ObjectType('WebhookEndpoint', { description: 'An address outside that is told of events, by signed HTTP requests.' })
@Entity('webhook_endpoint')
export class WebhookEndpoint {
  @PrimaryGeneratedColumn('identity', { type: 'integer' })
  id: number;

  @Field(() => String, { description: 'Where events are posted to.' })
  @Column('text')
  url: string;

  @Field(() => String, { description: 'What it is for, in the words of who made it; may be empty.' })
  @Column('text')
  description: string;

  @Field(() => [WebhookTopic], { description: 'What it is told of.' })
  @Column('text', { array: true })
  topics: WebhookTopic[];

  /** Sealed. */
  @Column('text')
  secret: string;

  /** Sealed; signs beside the new one until {@link oldSecretUntil}. */
  @Column('text', { name: 'old_secret', nullable: true })
  oldSecret: string | null;

  @Field(() => Date, {
    nullable: true,
    description: 'Until when deliveries carry a signature by the secret before the last change too; null without one.',
  })
  @Column('timestamptz', { name: 'old_secret_until', nullable: true })
  oldSecretUntil: Date | null;

  @Field(() => WebhookEndpointStatus, { description: 'Whether it is told anything.' })
  @Column('text')
  status: WebhookEndpointStatus;

  @Field(() => String, { nullable: true, description: 'Why it is switched off; null while it is on.' })
  @Column('text', { name: 'disabled_reason', nullable: true })
  disabledReason: string | null;

  @Field(() => Date, { nullable: true, description: 'Since when every attempt has failed; null when the last one worked.' })
  @Column('timestamptz', { name: 'failing_since', nullable: true })
  failingSince: Date | null;

  @Column('integer', { name: 'created_by', nullable: true })
  createdBy: number | null;

  @Field(() => Int, { description: 'Goes up with every change by staff; give it back as expectedVersion.' })
  @Column('integer')
  version: number;

  @Field(() => Date, { description: 'When it was made.' })
  @Column('timestamptz', { name: 'created_at' })
  createdAt: Date;

  @Field(() => Date, { description: 'When staff changed it last.' })
  @Column('timestamptz', { name: 'updated_at' })
  updatedAt: Date;
}

export const WebhookEndpointConnection = connectionType(WebhookEndpoint, 'WebhookEndpoint');
