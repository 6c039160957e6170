import type { DataSource, EntityManager } from 'typeorm';
import { globalId } from '../../../platform/federation';
import { groupedByKey, inKeyOrder } from '../../../platform/loaders';
import {
  changeOrder,
  chosenLines,
  countGoods,
  fulfilmentOf,
  lockedItems,
  owe,
  owesStock,
  QuantityUnavailable,
  recordsOf,
  Refusal,
  ShipmentNotFound,
  type Goods,
  type ItemQuantity,
  type LineQuantity,
  type OrderChangeFailure,
  type OrderChangeOutcome,
  type OrderChangeRequest,
  type OrderChanges,
} from '../order';
import type { Caller } from '../upstream';
import { Shipment, type ShipmentLineRow } from './shipment.entity';

export interface ShipRequest extends OrderChangeRequest {
  readonly carrier: string;
  readonly trackingNumber: string;
  readonly trackingUrl: string | null;
  /** `null` ships everything that has not left. */
  readonly lines: readonly LineQuantity[] | null;
}

export interface DeliverRequest extends OrderChangeRequest {
  /** `null` for every parcel that is under way. */
  readonly shipmentId: number | null;
}

type Outcome = Promise<OrderChangeOutcome<OrderChangeFailure>>;

/** Packs orders, hands their parcels to carriers, and says which arrived. */
export class FulfilmentService {
  constructor(
    private readonly database: DataSource,
    private readonly changes: OrderChanges,
  ) {}

  pack(caller: Caller, request: OrderChangeRequest): Outcome {
    return this.changes.make(caller, { operation: 'PACK', action: 'PACK' }, request, async (tx, order, actor) => {
      await changeOrder(tx, order, { to: 'PACKED', actor });
      return null;
    });
  }

  /** Makes a parcel. Money that is only held is taken when the first one leaves: all of it, since a hold is taken once. */
  ship(caller: Caller, request: ShipRequest): Outcome {
    return this.changes.make(caller, { operation: 'SHIP', action: 'SHIP' }, request, async (tx, order, actor) => {
      const { carrier, trackingNumber, trackingUrl } = request;
      const lines = chosenLines(await lockedItems(tx, order), request.lines, unshipped);
      await refuseUnclaimed(tx, order.id, lines);
      await takeFromShelf(tx, order.id, lines);
      const shipmentId = await insertShipment(tx, order.id, request, lines);
      const goods = await countGoods(tx, order.id);
      await changeOrder(tx, order, {
        to: goods.shipped < goods.kept ? 'PARTIALLY_SHIPPED' : 'SHIPPED',
        fulfilmentStatus: fulfilmentOf(goods),
        actor,
        data: { carrier, trackingNumber, trackingUrl, shipment: globalId('Shipment', shipmentId), lines: linesOf(lines) },
      });
      if (order.paymentStatus === 'AUTHORIZED') await owe(tx, order.id, ['CAPTURE_PAYMENT']);
      return shipmentId;
    });
  }

  deliver(caller: Caller, request: DeliverRequest): Outcome {
    return this.changes.make(caller, { operation: 'DELIVER', action: 'DELIVER' }, request, async (tx, order, actor) => {
      const [arrived] = await tx.query<[{ id: number }[], number]>(
        `UPDATE shipment SET delivered_at = now() WHERE order_id = $1 AND delivered_at IS NULL AND ($2::int IS NULL OR id = $2) RETURNING id`,
        [order.id, request.shipmentId],
      );
      if (arrived.length === 0) throw new Refusal(ShipmentNotFound.make());
      const goods = await countGoods(tx, order.id);
      const isAll = order.status === 'SHIPPED' && hasArrived(goods);
      await changeOrder(tx, order, {
        to: isAll ? 'DELIVERED' : order.status,
        type: isAll ? 'DELIVERED' : 'PARTIALLY_DELIVERED',
        fulfilmentStatus: fulfilmentOf(goods),
        actor,
        data: { shipments: arrived.map(({ id }) => globalId('Shipment', id)) },
      });
      return arrived[0]?.id ?? null;
    });
  }

  /** In the order of `keys`; `null` for one that does not exist. */
  async byKeys(keys: readonly number[]): Promise<(Shipment | null)[]> {
    const rows = await this.database.query<Record<string, unknown>[]>('SELECT * FROM shipment WHERE id = ANY($1)', [keys]);
    return inKeyOrder(keys, recordsOf(this.database, Shipment, rows), ({ id }) => id);
  }

  /** The parcels of each order, oldest first, in the order asked. */
  async shipmentsOf(orderIds: readonly number[]): Promise<Shipment[][]> {
    const rows = await this.database.query<Record<string, unknown>[]>(
      'SELECT * FROM shipment WHERE order_id = ANY($1) ORDER BY id',
      [orderIds],
    );
    return groupedByKey(orderIds, recordsOf(this.database, Shipment, rows), (shipment) => shipment.orderId);
  }

  /** What is in each parcel, in the order asked. */
  async linesOf(shipmentIds: readonly number[]): Promise<ShipmentLineRow[][]> {
    const rows = await this.database.query<ShipmentLineRow[]>(
      `SELECT shipment_id AS "shipmentId", order_item_id AS "itemId", quantity FROM shipment_line WHERE shipment_id = ANY($1)
       ORDER BY shipment_id, order_item_id`,
      [shipmentIds],
    );
    return groupedByKey(shipmentIds, rows, (row) => row.shipmentId);
  }
}

export function hasArrived({ delivered, kept }: Goods): boolean {
  return delivered >= kept;
}

function unshipped(item: { quantity: number; shippedQuantity: number; cancelledQuantity: number }): number {
  return item.quantity - item.shippedQuantity - item.cancelledQuantity;
}

function linesOf(lines: readonly ItemQuantity[]) {
  return lines.map(({ item, quantity }) => ({ item: globalId('OrderItem', item.id), quantity }));
}

/** What is only reserved may be gone to somebody else, and then the order ends: not after a parcel has left. */
async function refuseUnclaimed(tx: EntityManager, orderId: number, lines: readonly ItemQuantity[]): Promise<void> {
  const why = 'The stock of this order is not settled yet; send this again in a moment';
  if (await owesStock(tx, orderId)) throw new Refusal(QuantityUnavailable.make(lines[0]?.item ?? null, 0, why));
}

/** Decided once more by the statement itself, so that no way of calling it ships more than was ordered. */
async function takeFromShelf(tx: EntityManager, orderId: number, lines: readonly ItemQuantity[]): Promise<void> {
  const [taken] = await tx.query<[{ id: number }[], number]>(
    `UPDATE order_item i SET shipped_quantity = i.shipped_quantity + asked.quantity
     FROM unnest($2::int[], $3::int[]) AS asked (id, quantity)
     WHERE i.order_id = $1 AND i.id = asked.id AND i.shipped_quantity + i.cancelled_quantity + asked.quantity <= i.quantity
     RETURNING i.id`,
    [orderId, lines.map(({ item }) => item.id), lines.map(({ quantity }) => quantity)],
  );
  const short = lines.find(({ item }) => !taken.some(({ id }) => id === item.id));
  if (short) throw new Refusal(QuantityUnavailable.make(short.item, unshipped(short.item)));
}

async function insertShipment(
  tx: EntityManager,
  orderId: number,
  { carrier, trackingNumber, trackingUrl }: ShipRequest,
  lines: readonly ItemQuantity[],
): Promise<number> {
  const [row] = await tx.query<{ id: number }[]>(
    `WITH parcel AS (
       INSERT INTO shipment (order_id, carrier, tracking_number, tracking_url) VALUES ($1, $2, $3, $4) RETURNING id
     ), content AS (
       INSERT INTO shipment_line (shipment_id, order_item_id, quantity)
       SELECT parcel.id, line.id, line.quantity FROM parcel, unnest($5::int[], $6::int[]) AS line (id, quantity)
     )
     SELECT id FROM parcel`,
    [orderId, carrier, trackingNumber, trackingUrl, lines.map(({ item }) => item.id), lines.map(({ quantity }) => quantity)],
  );
  if (!row) throw new Error('an inserted shipment was not returned');
  return row.id;
}
