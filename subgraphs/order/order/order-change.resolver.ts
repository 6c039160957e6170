import { Arg, Ctx, Mutation, Resolver } from 'type-graphql';
import { requireScope } from '../../../platform/auth';
import type { SubgraphContext } from '../../../platform/federation';
import { Order } from './order.entity';
import {
  CancelOrderInput,
  OrderChangeInput,
  readChange,
  readReason,
  readShipment,
  RefundOrderInput,
  ShipOrderInput,
} from './order.inputs';
import type { OrderChangeOutcome, OrderChangeRequest, OrderLifecycle } from './order.lifecycle';
import {
  CancelOrderPayload,
  DeliverOrderPayload,
  PackOrderPayload,
  RefundOrderPayload,
  ShipOrderPayload,
} from './order.payloads';
import type { OrderAction } from './order.transitions';

@Resolver(() => Order)
export class OrderChangeResolver {
  constructor(private readonly lifecycle: OrderLifecycle) {}

  @Mutation(() => CancelOrderPayload, {
    description: 'Calls an order off before it leaves; the money goes back and the goods to the shelf.',
  })
  async cancelOrder(
    @Arg('input', () => CancelOrderInput, { description: 'Which and why.' }) input: CancelOrderInput,
    @Ctx() context: SubgraphContext,
  ): Promise<CancelOrderPayload> {
    const request = { ...readChange(input), ...readReason(input) };
    return Object.assign(new CancelOrderPayload(), await this.lifecycle.act(context, 'CANCEL', request));
  }

  @Mutation(() => PackOrderPayload, { description: 'Says that an order is packed. For staff (scope orders:write).' })
  async packOrder(
    @Arg('input', () => OrderChangeInput, { description: 'Which.' }) input: OrderChangeInput,
    @Ctx() context: SubgraphContext,
  ): Promise<PackOrderPayload> {
    return Object.assign(new PackOrderPayload(), await this.byStaff(context, 'PACK', readChange(input)));
  }

  @Mutation(() => ShipOrderPayload, {
    description: 'Hands an order to the carrier; money that is only held is taken now. For staff (scope orders:write).',
  })
  async shipOrder(
    @Arg('input', () => ShipOrderInput, { description: 'Which, and by whom.' }) input: ShipOrderInput,
    @Ctx() context: SubgraphContext,
  ): Promise<ShipOrderPayload> {
    const request = { ...readChange(input), shipment: readShipment(input) };
    return Object.assign(new ShipOrderPayload(), await this.byStaff(context, 'SHIP', request));
  }

  @Mutation(() => DeliverOrderPayload, { description: 'Says that an order arrived. For staff (scope orders:write).' })
  async deliverOrder(
    @Arg('input', () => OrderChangeInput, { description: 'Which.' }) input: OrderChangeInput,
    @Ctx() context: SubgraphContext,
  ): Promise<DeliverOrderPayload> {
    return Object.assign(new DeliverOrderPayload(), await this.byStaff(context, 'DELIVER', readChange(input)));
  }

  @Mutation(() => RefundOrderPayload, {
    description: 'Gives the money of a shipped or delivered order back. For staff (scope orders:write).',
  })
  async refundOrder(
    @Arg('input', () => RefundOrderInput, { description: 'Which and why.' }) input: RefundOrderInput,
    @Ctx() context: SubgraphContext,
  ): Promise<RefundOrderPayload> {
    const request = { ...readChange(input), ...readReason(input), isRestocked: input.restock };
    return Object.assign(new RefundOrderPayload(), await this.byStaff(context, 'REFUND', request));
  }

  private byStaff(context: SubgraphContext, action: OrderAction, request: OrderChangeRequest): Promise<OrderChangeOutcome> {
    requireScope(context.viewer, 'orders:write');
    return this.lifecycle.act(context, action, request);
  }
}
