import { Args, Ctx, Field, FieldResolver, Int, ObjectType, Resolver, Root } from 'type-graphql';
import { requireScope } from '../../../platform/auth';
import {
  connectionType,
  ConnectionArgs,
  JsonScalar,
  readPage,
  toConnection,
  type ConnectionOf,
  type Page,
  type SubgraphContext,
} from '../../../platform/federation';
import { defineLoader } from '../../../platform/loaders';
import { chainOf, type AuditPageKey, type AuditRow, type AuditService } from '../audit';
import { User, userOf } from '../reference';
import { Order } from './order.entity';

@ObjectType('AuditEntry', {
  description:
    'Something that was done to an order. Each entry holds the hash of the one before it, so none can be changed unnoticed.',
  simpleResolvers: true,
})
export class AuditEntry {
  @Field(() => Int, { description: 'Its place in the trail of its order, from 1 without gaps.' })
  sequence: number;

  @Field(() => Date, { description: 'When.' })
  at: Date;

  @Field(() => String, { description: 'What was done, such as "SHIPPED" or "RETURN_APPROVED".' })
  action: string;

  @Field(() => String, { description: 'Who did it: CUSTOMER, GUEST, STAFF or SYSTEM.' })
  actorKind: string;

  @Field(() => User, { nullable: true, description: 'The account that did it; null for guests and the system.' })
  actor: User | null;

  @Field(() => String, { nullable: true, description: 'Why, where a reason was given.' })
  reason: string | null;

  @Field(() => JsonScalar, { description: 'Details, such as amounts and lines.' })
  data: Readonly<Record<string, unknown>>;

  @Field(() => String, { description: 'The SHA-256 of this entry and all before it, in hexadecimal digits.' })
  hash: string;

  static of({ sequence, hash, body }: AuditRow): AuditEntry {
    const { action, actor, reason, data } = body;
    const account = actor.userId === null ? null : userOf(actor.userId);
    const at = new Date(body.at);
    return Object.assign(new AuditEntry(), { sequence, at, action, actorKind: actor.kind, actor: account, reason, data, hash });
  }
}

export const AuditEntryConnection = connectionType(AuditEntry, 'AuditEntry');

/** The batches of audit trails. */
export function createAuditLoaders(trail: AuditService) {
  return {
    page: defineLoader<AuditPageKey, Omit<Page<AuditRow>, 'totalCount'>, SubgraphContext>({
      name: 'auditTrail',
      batch: (keys) => trail.pages(keys),
      cacheKey: (key) => JSON.stringify(key),
    }),
    count: defineLoader<string, number, SubgraphContext>({ name: 'auditTrailCount', batch: (chains) => trail.counts(chains) }),
  };
}

@Resolver(() => Order)
export class OrderAuditResolver {
  constructor(private readonly loaders: ReturnType<typeof createAuditLoaders>) {}

  @FieldResolver(() => AuditEntryConnection, {
    description: 'Who did what to it and why, the newest first. For staff (scope orders:read).',
  })
  async auditTrail(
    @Root() order: Order,
    @Args(() => ConnectionArgs) args: ConnectionArgs,
    @Ctx() context: SubgraphContext,
  ): Promise<ConnectionOf<AuditEntry>> {
    requireScope(context.viewer, 'orders:read');
    const chain = chainOf('Order', order.id);
    const page = await context.loaders.of(this.loaders.page).load({ chain, page: readPage(args) });
    const edges = page.edges.map(({ cursor, node }) => ({ cursor, node: AuditEntry.of(node) }));
    return toConnection({ ...page, edges, totalCount: () => context.loaders.of(this.loaders.count).load(chain) });
  }
}
