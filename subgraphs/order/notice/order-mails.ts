import { minorToDecimal } from '../../../platform/db';
import { globalId } from '../../../platform/federation';
import { linkOf, type MailBlock, type MailContent, type MailGoods, type MailSum } from '../../../platform/mail';
import type { Order, OrderAddress, OrderEvent, OrderItem } from '../order';
import type { NoticeTemplate } from './notice.entity';

/** What mails are laid out with. */
export interface MailLook {
  /** Links lead there. */
  readonly publicUrl: string;
  /** The sender, as in MAIL_FROM. */
  readonly from: string;
}

/** An order and the entry of its log that its customer is told of. */
export interface OrderNews {
  readonly order: Order;
  readonly items: readonly OrderItem[];
  readonly entry: OrderEvent;
}

export type OrderTemplate = Exclude<NoticeTemplate, 'CART_REMINDER' | 'WEBHOOK_DISABLED'>;
type Writer = (news: OrderNews, look: MailLook) => MailContent;

/** Each mail about an order in words. */
export const ORDER_WRITERS: Readonly<Record<OrderTemplate, Writer>> = {
  ORDER_PLACED: placed,
  ORDER_SHIPPED: shipped,
  ORDER_DELIVERED: delivered,
  ORDER_CANCELLED: cancelled,
  ORDER_REFUNDED: refunded,
  ORDER_RETURNED: returned,
  PAYMENT_FAILED: paymentFailed,
};

function placed(news: OrderNews, look: MailLook): MailContent {
  const { order, items } = news;
  return {
    subject: `We have your order ${order.number}`,
    preheader: `${moneyOf(order, order.totalMinor)} for ${countOf(items)}. We write again when it leaves.`,
    blocks: [
      hello(order),
      text('thank you for your order. We are getting it ready and write to you again when it leaves.'),
      ...toOrder(order, look),
      heading('What you ordered'),
      { kind: 'goods', goods: items.map((item) => goodsOf(item, item.quantity, look)) },
      { kind: 'sums', sums: sumsOf(order) },
      ...addressesOf(order),
    ],
  };
}

function shipped({ order, items, entry }: OrderNews, look: MailLook): MailContent {
  const parcel = parcelOf(items, entry);
  const goods = (parcel.length > 0 ? parcel : items).map((item) => ({ ...goodsOf(item, item.quantity, look), amount: null }));
  const carrier = textOf(entry, 'carrier');
  const number = textOf(entry, 'trackingNumber');
  const tracking = linkOf(textOf(entry, 'trackingUrl'));
  const { subject, words } = shippedWords(order, entry, parcel.length > 0 && quantityOf(parcel) < quantityOf(items));
  return {
    subject,
    preheader: `${carrier ? `With ${carrier}, tracking` : 'Tracking'} number ${number ?? 'unknown'}.`,
    blocks: [
      hello(order),
      text(words),
      ...(tracking ? [{ kind: 'button', label: 'Follow the parcel', url: tracking } as const] : toOrder(order, look)),
      {
        kind: 'facts',
        facts: [
          { label: 'Carrier', lines: [carrier ?? ''] },
          { label: 'Tracking number', lines: [number ?? ''], url: tracking },
        ].filter(({ lines }) => lines[0] !== ''),
      },
      heading('In this parcel'),
      { kind: 'goods', goods },
      ...addressesOf(order).slice(0, 1),
    ],
  };
}

/** All of it, a part, or the last of several parts. */
function shippedWords({ number }: Order, { type }: OrderEvent, isPart: boolean): { subject: string; words: string } {
  if (type === 'PARTIALLY_SHIPPED')
    return {
      subject: `A part of your order ${number} is on its way`,
      words: 'a part of your order has left us. The rest follows; we write to you when it does.',
    };
  if (isPart)
    return { subject: `The rest of your order ${number} is on its way`, words: 'now the rest of your order has left us too.' };
  return { subject: `Your order ${number} is on its way`, words: 'your order has left us and is on its way to you.' };
}

function delivered({ order }: OrderNews, look: MailLook): MailContent {
  return {
    subject: `Your order ${order.number} has arrived`,
    preheader: 'We hope that everything is as it should be.',
    blocks: [
      hello(order),
      text('your order has arrived. We hope that everything is as it should be. If not, answer this mail and we put it right.'),
      ...toOrder(order, look),
    ],
  };
}

function cancelled({ order, entry }: OrderNews, look: MailLook): MailContent {
  const isOurs = entry.actorKind !== 'CUSTOMER' && entry.actorKind !== 'GUEST';
  const reason = textOf(entry, 'reason') === 'OUT_OF_STOCK' ? 'What you ordered was sold out.' : textOf(entry, 'reason');
  return {
    subject: `Your order ${order.number} was cancelled`,
    preheader: 'Nothing will be sent, and you pay nothing.',
    blocks: [
      hello(order),
      text(isOurs ? 'we are sorry: we had to cancel your order.' : 'as you asked, we have cancelled your order.'),
      ...(reason && isOurs ? [text(reason)] : []),
      text(
        'You pay nothing for it. What was held on your card is let go, and what was taken goes back; banks take a few days to show it.',
      ),
      ...toOrder(order, look),
    ],
  };
}

function refunded({ order, entry }: OrderNews, look: MailLook): MailContent {
  const amountMinor = typeof entry.data['amountMinor'] === 'number' ? entry.data['amountMinor'] : order.totalMinor;
  const amount = moneyOf(order, amountMinor);
  const reason = textOf(entry, 'reason');
  return {
    subject: `We have sent ${amount} back to you`,
    preheader: `For your order ${order.number}. Banks take a few days to show it.`,
    blocks: [
      hello(order),
      text(`we have sent ${amount} for your order ${order.number} back the way that you paid. Banks take a few days to show it.`),
      ...(reason ? [text(`Why: ${reason}`)] : []),
      { kind: 'sums', sums: [{ label: 'Sent back', amount, isTotal: true }] },
      ...toOrder(order, look),
    ],
  };
}

function returned({ order, items, entry }: OrderNews, look: MailLook): MailContent {
  const parcel = parcelOf(items, entry);
  return {
    subject: `Your return for order ${order.number} has arrived`,
    preheader: 'We tell you when the money is on its way.',
    blocks: [
      hello(order),
      text('what you sent back has arrived. If money comes back to you, we write again when it is on its way.'),
      ...(parcel.length > 0
        ? [{ kind: 'goods', goods: parcel.map((item) => ({ ...goodsOf(item, item.quantity, look), amount: null })) } as const]
        : []),
      ...toOrder(order, look),
    ],
  };
}

function paymentFailed({ order }: OrderNews, look: MailLook): MailContent {
  return {
    subject: `The payment of your order ${order.number} failed`,
    preheader: 'Your bank did not let us take the amount.',
    blocks: [
      hello(order),
      text(`your bank did not let us take ${moneyOf(order, order.totalMinor)} for your order ${order.number}, so it waits.`),
      text('Have a look at it, or answer this mail.'),
      ...toOrder(order, look),
    ],
  };
}

function hello(order: Order): MailBlock {
  const name = order.shippingAddressData.name ?? '';
  return text(name === '' ? 'Hello,' : `Hello ${name},`);
}

function toOrder(order: Order, look: MailLook): MailBlock[] {
  const url = linkOf(`/orders/${encodeURIComponent(order.number)}`, look.publicUrl);
  return url ? [{ kind: 'button', label: 'Look at your order', url }] : [];
}

/** As they stood on the bill: what was taken off below zero, tax on a line of its own. */
function sumsOf(order: Order): MailSum[] {
  const line = (label: string, minor: number): MailSum[] => (minor === 0 ? [] : [{ label, amount: moneyOf(order, minor) }]);
  const tax = order.pricesIncludeTax ? [] : line('Tax', order.taxMinor);
  const inside = order.pricesIncludeTax ? line('Tax in it', order.taxMinor) : [];
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

function addressesOf(order: Order): MailBlock[] {
  const facts = [
    { label: 'Goes to', lines: linesOf(order.shippingAddressData) },
    { label: 'Bill to', lines: order.billingAddressData ? linesOf(order.billingAddressData) : [] },
  ].filter(({ lines }) => lines.length > 0);
  return facts.length > 0 ? [{ kind: 'facts', facts }] : [];
}

function linesOf(address: Partial<OrderAddress>): string[] {
  const { name, company, line1, line2, postalCode, city, region, countryCode } = address;
  const place = [postalCode, city].filter(Boolean).join(' ');
  return [name, company, line1, line2, place, region, countryCode].filter((line): line is string => Boolean(line));
}

/** The lines that the entry names, with their quantities; empty when it names none. */
function parcelOf(items: readonly OrderItem[], { data }: OrderEvent): OrderItem[] {
  const lines = Array.isArray(data['lines']) ? (data['lines'] as { item?: unknown; quantity?: unknown }[]) : [];
  return lines.flatMap(({ item: id, quantity }) => {
    const item = items.find((each) => globalId('OrderItem', each.id) === id);
    return item && typeof quantity === 'number' ? [Object.assign(Object.create(item) as OrderItem, { quantity })] : [];
  });
}

function goodsOf(item: OrderItem, quantity: number, look: MailLook): MailGoods {
  return {
    name: item.name,
    detail: item.variantTitle,
    quantity,
    amount: formatted(item.priceMinor * quantity, item.currency),
    imageUrl: linkOf(item.imageUrl, look.publicUrl),
  };
}

function quantityOf(items: readonly OrderItem[]): number {
  return items.reduce((sum, { quantity }) => sum + quantity, 0);
}

function countOf(items: readonly OrderItem[]): string {
  const quantity = quantityOf(items);
  return quantity === 1 ? '1 item' : `${quantity} items`;
}

/** A detail of the entry; `null` when it says nothing. */
function textOf({ data }: OrderEvent, name: string): string | null {
  const value = data[name];
  return typeof value === 'string' && value !== '' ? value : null;
}

function moneyOf({ currency }: Order, minor: number): string {
  return formatted(minor, currency);
}

/** `formatted(1999, 'EUR')` -> `€19.99` */
export function formatted(minor: number, currency: string): string {
  return new Intl.NumberFormat('en', { style: 'currency', currency }).format(minorToDecimal(minor) as `${number}`);
}

function heading(words: string): MailBlock {
  return { kind: 'heading', text: words };
}

function text(words: string): MailBlock {
  return { kind: 'text', text: words };
}
