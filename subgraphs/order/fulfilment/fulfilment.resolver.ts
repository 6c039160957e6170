import { Arg, Ctx, FieldResolver, ID, Mutation, Resolver, Root } from 'type-graphql';
import { requireScope } from '../../../platform/auth';
import { globalId, type SubgraphContext } from '../../../platform/federation';
import { Order, OrderChangeInput, readChange, type OrderLoaders } from '../order';
import { DeliverShipmentInput, readDelivery, readParcel, ShipOrderInput } from './fulfilment.inputs';
import type { ShipmentLoaders } from './fulfilment.loader';
import { DeliverOrderPayload, DeliverShipmentPayload, PackOrderPayload, ShipOrderPayload } from './fulfilment.payloads';
import type { FulfilmentService } from './fulfilment.service';
import { Shipment, ShipmentLine } from './shipment.entity';

const SCOPE = 'orders:write';

@Resolver(() => Order)
export class FulfilmentResolver {
  constructor(
    private readonly fulfilment: FulfilmentService,
    private readonly loaders: ShipmentLoaders,
  ) {}

  @Mutation(() => PackOrderPayload, { description: 'Says that an order is packed. For staff (scope orders:write).' })
  async packOrder(
    @Arg('input', () => OrderChangeInput, { description: 'Which.' }) input: OrderChangeInput,
    @Ctx() context: SubgraphContext,
  ): Promise<PackOrderPayload> {
    requireScope(context.viewer, SCOPE);
    return Object.assign(new PackOrderPayload(), await this.fulfilment.pack(context, readChange(input)));
  }

  @Mutation(() => ShipOrderPayload, {
    description:
      'Hands an order, or a part of it as one parcel, to the carrier; money that is only held is taken when the first parcel leaves. For staff (scope orders:write).',
  })
  async shipOrder(
    @Arg('input', () => ShipOrderInput, { description: 'Which, what, and by whom.' }) input: ShipOrderInput,
    @Ctx() context: SubgraphContext,
  ): Promise<ShipOrderPayload> {
    requireScope(context.viewer, SCOPE);
    return Object.assign(new ShipOrderPayload(), await this.fulfilment.ship(context, readParcel(input)));
  }

  @Mutation(() => DeliverOrderPayload, {
    description: 'Says that all parcels of an order that are under way arrived. For staff (scope orders:write).',
  })
  async deliverOrder(
    @Arg('input', () => OrderChangeInput, { description: 'Which.' }) input: OrderChangeInput,
    @Ctx() context: SubgraphContext,
  ): Promise<DeliverOrderPayload> {
    requireScope(context.viewer, SCOPE);
    const request = { ...readChange(input), shipmentId: null };
    return Object.assign(new DeliverOrderPayload(), await this.fulfilment.deliver(context, request));
  }

  @Mutation(() => DeliverShipmentPayload, { description: 'Says that one parcel arrived. For staff (scope orders:write).' })
  async deliverShipment(
    @Arg('input', () => DeliverShipmentInput, { description: 'Which.' }) input: DeliverShipmentInput,
    @Ctx() context: SubgraphContext,
  ): Promise<DeliverShipmentPayload> {
    requireScope(context.viewer, SCOPE);
    return Object.assign(new DeliverShipmentPayload(), await this.fulfilment.deliver(context, readDelivery(input)));
  }

  @FieldResolver(() => [Shipment], { description: 'The parcels that left, oldest first.' })
  shipments(@Root() order: Order, @Ctx() context: SubgraphContext): Promise<Shipment[]> {
    return context.loaders.of(this.loaders.ofOrder).load(order.id);
  }
}

@Resolver(() => Shipment)
export class ShipmentResolver {
  constructor(
    private readonly loaders: ShipmentLoaders,
    private readonly orderLoaders: OrderLoaders,
  ) {}

  @FieldResolver(() => ID, { description: 'Opaque, unique in the whole graph, and never changing.' })
  id(@Root() shipment: Shipment): string {
    return globalId('Shipment', shipment.id);
  }

  @FieldResolver(() => [ShipmentLine], { description: 'What is in it; at most 200 lines.' })
  async lines(@Root() shipment: Shipment, @Ctx() context: SubgraphContext): Promise<ShipmentLine[]> {
    const [lines, items] = await Promise.all([
      context.loaders.of(this.loaders.lines).load(shipment.id),
      context.loaders.of(this.orderLoaders.items).load(shipment.orderId),
    ]);
    return lines.flatMap(({ itemId, quantity }) => {
      const item = items.find(({ id }) => id === itemId);
      return item ? [{ item, quantity }] : [];
    });
  }
}
