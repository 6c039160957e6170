import { Arg, Args, Ctx, FieldResolver, ID, Mutation, Query, Resolver, Root } from 'type-graphql';
import { requireScope } from '../../../platform/auth';
import { notFound } from '../../../platform/errors';
import {
  ConnectionArgs,
  globalId,
  readPage,
  toConnection,
  type ConnectionOf,
  type SubgraphContext,
} from '../../../platform/federation';
import { Order, type OrderChangeOutcome, type OrderLoaders } from '../order';
import { OrderReturn, OrderReturnConnection, OrderReturnLine, ReturnStatus } from './return.entity';
import type { ReturnFailure } from './return.errors';
import {
  AnswerReturnInput,
  readApproval,
  readReceipt,
  readRefusal,
  readReturnRequest,
  ReceiveReturnInput,
  RequestReturnInput,
} from './return.inputs';
import type { ReturnLoaders } from './return.loader';
import { ApproveReturnPayload, ReceiveReturnPayload, RefuseReturnPayload, RequestReturnPayload } from './return.payloads';
import type { ReturnService } from './return.service';

const SCOPE = 'orders:write';

@Resolver(() => Order)
export class ReturnResolver {
  constructor(
    private readonly returns: ReturnService,
    private readonly loaders: ReturnLoaders,
  ) {}

  @Query(() => OrderReturnConnection, { description: 'Returns of all orders, the newest first. For staff (scope orders:read).' })
  async orderReturns(
    @Args(() => ConnectionArgs) page: ConnectionArgs,
    @Arg('status', () => [ReturnStatus], { nullable: true, description: 'Only those in one of these statuses.' })
    status: ReturnStatus[] | null,
    @Ctx() context: SubgraphContext,
  ): Promise<ConnectionOf<OrderReturn>> {
    requireScope(context.viewer, 'orders:read');
    return toConnection(await this.returns.page(readPage(page), status));
  }

  @Mutation(() => RequestReturnPayload, {
    description:
      'Asks to send goods of a shipped or delivered order back; for its owner within the window of the shop, and for staff.',
  })
  async requestReturn(
    @Arg('input', () => RequestReturnInput, { description: 'Which goods and why.' }) input: RequestReturnInput,
    @Ctx() context: SubgraphContext,
  ): Promise<RequestReturnPayload> {
    const outcome = await this.returns.request(context, readReturnRequest(input));
    return Object.assign(new RequestReturnPayload(), await this.shown(outcome, context));
  }

  @Mutation(() => ApproveReturnPayload, { description: 'Lets a customer send the goods back. For staff (scope orders:write).' })
  async approveReturn(
    @Arg('input', () => AnswerReturnInput, { description: 'Which.' }) input: AnswerReturnInput,
    @Ctx() context: SubgraphContext,
  ): Promise<ApproveReturnPayload> {
    requireScope(context.viewer, SCOPE);
    const outcome = await this.returns.approve(context, readApproval(input));
    return Object.assign(new ApproveReturnPayload(), await this.shown(outcome, context));
  }

  @Mutation(() => RefuseReturnPayload, { description: 'Does not take the goods back. For staff (scope orders:write).' })
  async refuseReturn(
    @Arg('input', () => AnswerReturnInput, { description: 'Which and why.' }) input: AnswerReturnInput,
    @Ctx() context: SubgraphContext,
  ): Promise<RefuseReturnPayload> {
    requireScope(context.viewer, SCOPE);
    const outcome = await this.returns.refuse(context, readRefusal(input));
    return Object.assign(new RefuseReturnPayload(), await this.shown(outcome, context));
  }

  @Mutation(() => ReceiveReturnPayload, {
    description:
      'Says which goods came back: their money goes to the customer and they go on the shelf. For staff (scope orders:write).',
  })
  async receiveReturn(
    @Arg('input', () => ReceiveReturnInput, { description: 'Which, and what came.' }) input: ReceiveReturnInput,
    @Ctx() context: SubgraphContext,
  ): Promise<ReceiveReturnPayload> {
    requireScope(context.viewer, SCOPE);
    const outcome = await this.returns.receive(context, readReceipt(input));
    return Object.assign(new ReceiveReturnPayload(), await this.shown(outcome, context));
  }

  @FieldResolver(() => [OrderReturn], { description: 'What was sent back of it, or is to be, oldest first.', name: 'returns' })
  returnsOf(@Root() order: Order, @Ctx() context: SubgraphContext): Promise<OrderReturn[]> {
    return context.loaders.of(this.loaders.ofOrder).load(order.id);
  }

  private async shown({ order, made, errors }: OrderChangeOutcome<ReturnFailure>, context: SubgraphContext) {
    const found = made === null ? null : await context.loaders.of(this.loaders.byKey).clear(made).load(made);
    return { return: found, order, errors };
  }
}

@Resolver(() => OrderReturn)
export class ReturnFieldsResolver {
  constructor(
    private readonly loaders: ReturnLoaders,
    private readonly orderLoaders: OrderLoaders,
  ) {}

  @FieldResolver(() => ID, { description: 'Opaque, unique in the whole graph, and never changing.' })
  id(@Root() { id }: OrderReturn): string {
    return globalId('OrderReturn', id);
  }

  @FieldResolver(() => Order, { description: 'Whose goods they are.' })
  async order(@Root() { orderId }: OrderReturn, @Ctx() context: SubgraphContext): Promise<Order> {
    const order = await context.loaders.of(this.orderLoaders.byKey).load(orderId);
    if (!order) throw notFound('This order');
    return order;
  }

  @FieldResolver(() => [OrderReturnLine], { description: 'Which goods; at most 200 lines.' })
  async lines(@Root() { id, orderId }: OrderReturn, @Ctx() context: SubgraphContext): Promise<OrderReturnLine[]> {
    const [lines, items] = await Promise.all([
      context.loaders.of(this.loaders.lines).load(id),
      context.loaders.of(this.orderLoaders.items).load(orderId),
    ]);
    return lines.flatMap(({ itemId, quantity, receivedQuantity, isRestocked }) => {
      const item = items.find((each) => each.id === itemId);
      return item ? [{ item, quantity, receivedQuantity, isRestocked }] : [];
    });
  }
}
