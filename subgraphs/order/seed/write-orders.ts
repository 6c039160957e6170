import type { ClientBase } from 'pg';
import { bulkLoad, copyRows, minorToDecimal, type CopyCell } from '../../../platform/db';
import type { SeedOrder } from './seed-order';

/** Orders are generated once, so a batch goes into all tables before the next one is made. */
const BATCH = 5_000;

export async function isOrderDatabaseEmpty(client: ClientBase): Promise<boolean> {
  const { rows } = await client.query<{ taken: boolean }>(
    'SELECT EXISTS (SELECT 1 FROM "order") OR EXISTS (SELECT 1 FROM cart) AS taken',
  );
  return rows[0]?.taken === false;
}

/**
 * Fills an empty order database by COPY, in the caller's transaction.
 *
 * @param orders oldest first
 * @param onBatch called with the number of orders written so far
 */
export async function writeOrders(
  client: ClientBase,
  orders: Iterable<SeedOrder>,
  onBatch: (written: number) => void,
): Promise<void> {
  await bulkLoad(client, ['"order"', 'order_item', 'order_event', 'payment', 'shipment', 'shipment_line'], async () => {
    await loadOrders(client, orders, onBatch);
    // Every demo order travels in one parcel.
    await client.query(
      'INSERT INTO shipment_line SELECT s.id, i.id, i.quantity FROM shipment s JOIN order_item i ON i.order_id = s.order_id',
    );
  });
  await client.query(`SELECT setval(pg_get_serial_sequence('"order"', 'id'), (SELECT coalesce(max(id), 1) FROM "order"))`);
}

async function loadOrders(client: ClientBase, orders: Iterable<SeedOrder>, onBatch: (written: number) => void): Promise<void> {
  let written = 0;
  for (const batch of batchesOf(orders)) {
    await copyRows(client, '"order"', ORDER_COLUMNS, batch.map(orderRow));
    await copyRows(client, 'order_item', ITEM_COLUMNS, batch.flatMap(itemRows));
    await copyRows(client, 'order_event', EVENT_COLUMNS, batch.flatMap(eventRows));
    await copyRows(client, 'payment', PAYMENT_COLUMNS, batch.map(paymentRow));
    await copyRows(client, 'shipment', SHIPMENT_COLUMNS, batch.flatMap(shipmentRows));
    written += batch.length;
    onBatch(written);
  }
}

const ORDER_COLUMNS = [
  'id',
  'number',
  'user_id',
  'guest_token_hash',
  'email',
  'order_date',
  'status',
  'payment_status',
  'fulfilment_status',
  'currency',
  'subtotal_amount',
  'shipping_amount',
  'shipping_tax_amount',
  'shipping_tax_rate',
  'tax_amount',
  'total_amount',
  'prices_include_tax',
  'refunded_amount',
  'shipping_method',
  'shipping_method_name',
  'shipping_address',
  'note',
  'reservation_id',
  'placed_key',
  'cancelled_reason',
  'version',
  'updated_at',
];
const ITEM_COLUMNS = [
  'order_id',
  'product_id',
  'variant_id',
  'name',
  'variant_title',
  'sku',
  'image_url',
  'quantity',
  'price',
  'tax_amount',
  'tax_rate',
  'position',
  'shipped_quantity',
];
const EVENT_COLUMNS = ['order_id', 'sequence', 'type', 'data', 'actor_kind', 'actor_id', 'at'];
const PAYMENT_COLUMNS = [
  'order_id',
  'provider',
  'reference',
  'status',
  'capture_on',
  'currency',
  'amount',
  'captured_amount',
  'refunded_amount',
  'created_at',
  'updated_at',
];
const SHIPMENT_COLUMNS = ['order_id', 'carrier', 'tracking_number', 'tracking_url', 'shipped_at', 'delivered_at'];

function orderRow(order: SeedOrder): CopyCell[] {
  return [
    order.id,
    order.number,
    order.userId,
    order.guestTokenHash,
    order.email,
    order.orderDate,
    order.status,
    order.paymentStatus,
    order.fulfilmentStatus,
    order.currency,
    minorToDecimal(order.subtotalMinor),
    minorToDecimal(order.shippingMinor),
    minorToDecimal(order.shippingTaxMinor),
    order.shippingTaxRate,
    minorToDecimal(order.taxMinor),
    minorToDecimal(order.totalMinor),
    order.pricesIncludeTax,
    minorToDecimal(order.payment.refundedMinor),
    order.shippingMethod,
    order.shippingMethodName,
    { ...order.shippingAddress },
    order.note,
    order.reservationId,
    order.reservationId,
    order.cancelledReason,
    order.events.length,
    lastChange(order),
  ];
}

function itemRows({ id, items, shipment }: SeedOrder): CopyCell[][] {
  return items.map(({ productId, variantId, name, variantTitle, sku, imageUrl, quantity, priceMinor, taxMinor, taxRate }, at) => [
    id,
    productId,
    variantId,
    name,
    variantTitle,
    sku,
    imageUrl,
    quantity,
    minorToDecimal(priceMinor),
    minorToDecimal(taxMinor),
    taxRate,
    at + 1,
    shipment ? quantity : 0,
  ]);
}

function eventRows({ id, events }: SeedOrder): CopyCell[][] {
  return events.map(({ type, from, to, details, actorKind, actorId, at }, index) => [
    id,
    index + 1,
    type,
    { ...details, from, to },
    actorKind,
    actorId,
    at,
  ]);
}

function paymentRow(order: SeedOrder): CopyCell[] {
  const { status, captureOn, capturedMinor, refundedMinor } = order.payment;
  return [
    order.id,
    'sandbox',
    order.reservationId,
    status,
    captureOn,
    order.currency,
    minorToDecimal(order.totalMinor),
    minorToDecimal(capturedMinor),
    minorToDecimal(refundedMinor),
    order.orderDate,
    lastChange(order),
  ];
}

function shipmentRows({ id, shipment }: SeedOrder): CopyCell[][] {
  if (!shipment) return [];
  return [[id, shipment.carrier, shipment.trackingNumber, shipment.trackingUrl, shipment.shippedAt, shipment.deliveredAt]];
}

function lastChange({ events, orderDate }: SeedOrder): Date {
  return events.at(-1)?.at ?? orderDate;
}

function* batchesOf<T>(items: Iterable<T>): Generator<T[]> {
  let batch: T[] = [];
  for (const item of items) {
    batch.push(item);
    if (batch.length < BATCH) continue;
    yield batch;
    batch = [];
  }
  if (batch.length > 0) yield batch;
}
