import { minorToDecimal } from '../../../platform/db';
import { globalId } from '../../../platform/federation';
import { linkOf, type MailBlock, type MailGoods, type MailSum } from '../../../platform/mail';
import type { Order, OrderAddress, OrderEvent, OrderItem } from '../order';

/* What mails about orders have in common. */

/** What mails are laid out with. */
export interface MailLook {
  /** Links lead there. */
  readonly publicUrl: string;
  /** The sender, as in MAIL_FROM. */
  readonly from: string;
}

export function hello(order: Order): MailBlock {
  const name = order.shippingAddressData.name ?? '';
  return text(name === '' ? 'Hello,' : `Hello ${name},`);
}

export function toOrder(order: Order, look: MailLook): MailBlock[] {
  const url = linkOf(`/orders/${encodeURIComponent(order.number)}`, look.publicUrl);
  return url ? [{ kind: 'button', label: 'View your order', url }] : [];
}

/** As they stood on the bill: what was taken off below zero, tax on a line of its own. */
export function sumsOf(order: Order): MailSum[] {
  const line = (label: string, minor: number): MailSum[] => (minor === 0 ? [] : [{ label, amount: moneyOf(order, minor) }]);
  const tax = order.pricesIncludeTax ? [] : line('Tax', order.taxMinor);
  const inside = order.pricesIncludeTax ? line('Tax included', order.taxMinor) : [];
  return [
    { label: 'Goods', amount: moneyOf(order, order.subtotalMinor) },
    ...line('Discount', -order.discountMinor),
    { label: shippingLabel(order), amount: order.shippingMinor === 0 ? 'Free' : moneyOf(order, order.shippingMinor) },
    ...tax,
    { label: 'Total', amount: moneyOf(order, order.totalMinor), isTotal: true },
    ...inside,
  ];
}

function shippingLabel({ shippingMethodName }: Order): string {
  return shippingMethodName ? `Shipping (${shippingMethodName})` : 'Shipping';
}

export function addressesOf(order: Order, isBillingShown = true): MailBlock[] {
  const facts = [
    { label: 'Ships to', lines: linesOf(order.shippingAddressData) },
    { label: 'Bill to', lines: isBillingShown && order.billingAddressData ? linesOf(order.billingAddressData) : [] },
  ].filter(({ lines }) => lines.length > 0);
  return facts.length > 0 ? [{ kind: 'facts', facts }] : [];
}

/** In words; a code that nobody knows as it is. */
function countryOf(code: string | undefined): string | undefined {
  return code && /^[A-Z]{2}$/.test(code) ? new Intl.DisplayNames('en', { type: 'region' }).of(code) : code;
}

function linesOf(address: Partial<OrderAddress>): string[] {
  const { name, company, line1, line2, postalCode, city, region, countryCode } = address;
  const place = [postalCode, city].filter(Boolean).join(' ');
  return [name, company, line1, line2, place, region, countryOf(countryCode)].filter((line): line is string => Boolean(line));
}

/** The lines that the entry names, with their quantities; empty when it names none. */
export function parcelOf(items: readonly OrderItem[], { data }: OrderEvent): OrderItem[] {
  const lines = Array.isArray(data['lines']) ? (data['lines'] as { item?: unknown; quantity?: unknown }[]) : [];
  return lines.flatMap(({ item: id, quantity }) => {
    const item = items.find((each) => globalId('OrderItem', each.id) === id);
    return item && typeof quantity === 'number' ? [Object.assign(Object.create(item) as OrderItem, { quantity })] : [];
  });
}

export function goodsOf(item: OrderItem, quantity: number, look: MailLook): MailGoods {
  return {
    name: item.name,
    detail: item.variantTitle,
    quantity,
    amount: formatted(item.priceMinor * quantity, item.currency),
    imageUrl: linkOf(item.imageUrl, look.publicUrl),
  };
}

export function quantityOf(items: readonly OrderItem[]): number {
  return items.reduce((sum, { quantity }) => sum + quantity, 0);
}

export function countOf(items: readonly OrderItem[]): string {
  const quantity = quantityOf(items);
  return quantity === 1 ? '1 item' : `${quantity} items`;
}

/** A detail of the entry; `null` when it says nothing. */
export function textOf({ data }: OrderEvent, name: string): string | null {
  const value = data[name];
  return typeof value === 'string' && value !== '' ? value : null;
}

export function moneyOf({ currency }: Order, minor: number): string {
  return formatted(minor, currency);
}

/** `formatted(1999, 'EUR')` -> `€19.99` */
export function formatted(minor: number, currency: string): string {
  return new Intl.NumberFormat('en', { style: 'currency', currency }).format(minorToDecimal(minor) as `${number}`);
}

export function heading(words: string): MailBlock {
  return { kind: 'heading', text: words };
}

export function text(words: string): MailBlock {
  return { kind: 'text', text: words };
}
