import type { DataSource } from 'typeorm';
import { keyOf } from '../../../platform/federation';
import { renderMail, type RenderedMail } from '../../../platform/mail';
import type { ContactPort } from '../contact';
import type { OrderService } from '../order';
import type { StockPort } from '../stock';
import { cartReminder, webhookDisabled, type ReminderLine } from './other-mails';
import type { Notice } from './notice.entity';
import type { MailLook } from './mail-parts';
import { ORDER_WRITERS, type OrderTemplate } from './order-mails';
import { unsubscribeUrl } from './unsubscribe-link';

/** A mail that is ready, or why it is not to be sent. */
export type Letter =
  | { readonly kind: 'letter'; readonly to: string; readonly content: RenderedMail; readonly unsubscribeUrl?: string }
  | { readonly kind: 'pointless'; readonly reason: string };

export interface NoticeWriterDependencies {
  readonly database: DataSource;
  readonly orders: OrderService;
  readonly contacts: ContactPort;
  readonly stock: StockPort;
  readonly look: MailLook;
  /** Signs the links by which people say that they want no more reminders. */
  readonly linkSecret: string;
}

const REQUEST_ID = 'notice';
/** What an erased account leaves in its orders; see `account-erasure.ts`. */
const NOBODY = '@example.invalid';

/** Puts notices into words, from what is true when they are sent. */
export class NoticeWriter {
  constructor(private readonly deps: NoticeWriterDependencies) {}

  /** @throws UPSTREAM_UNAVAILABLE when another subgraph is needed and away */
  async write(notice: Notice): Promise<Letter> {
    switch (notice.template) {
      case 'CART_REMINDER':
        return this.aboutCart(notice);
      case 'WEBHOOK_DISABLED':
        return this.aboutWebhook(notice);
      default:
        return this.aboutOrder(notice.template, notice);
    }
  }

  private async aboutOrder(template: OrderTemplate, { subjectKey, data }: Notice): Promise<Letter> {
    const { orders, look } = this.deps;
    const [[order], [items = []], [log = []]] = await Promise.all([
      orders.byKeys([subjectKey]),
      orders.itemsOf([subjectKey]),
      orders.eventsOf([subjectKey]),
    ]);
    const entry = log.find(({ sequence }) => sequence === data['sequence']);
    if (!order || !entry) return pointless('the order is gone');
    if (order.email.endsWith(NOBODY)) return pointless('the account was erased');
    const earlier = log.filter(({ sequence }) => sequence < entry.sequence);
    const content = ORDER_WRITERS[template]({ order, items, entry, earlier }, look);
    return { kind: 'letter', to: order.email, content: renderMail(content, look.from) };
  }

  /** Only while the cart still waits and its customer has not said that they want no reminders. */
  private async aboutCart({ subjectKey }: Notice): Promise<Letter> {
    const { database, contacts, stock, look, linkSecret } = this.deps;
    const [cart] = await database.query<AbandonedCart[]>(ABANDONED_CART, [subjectKey]);
    if (!cart) return pointless('the cart was ordered, emptied or belongs to nobody who can be reached');
    if (cart.has_refused) return pointless('they want no reminders');
    const to = await contacts.emailOf(cart.user_id, REQUEST_ID);
    if (to === null) return pointless('the account is gone');
    const offers = await stock.offersOf(
      cart.lines.map(({ variantId }) => variantId),
      REQUEST_ID,
    );
    const lines: ReminderLine[] = cart.lines.flatMap(({ quantity }, at) => {
      const offer = offers[at];
      return offer?.isSellable && offer.available > 0 ? [{ offer, quantity }] : [];
    });
    if (lines.length === 0) return pointless('nothing in the cart is for sale any more');
    const url = unsubscribeUrl(cart.user_id, linkSecret, look.publicUrl);
    return { kind: 'letter', to, content: renderMail(cartReminder(lines, url, look), look.from), unsubscribeUrl: url };
  }

  private async aboutWebhook({ subjectKey, data }: Notice): Promise<Letter> {
    const { database, contacts, look } = this.deps;
    const [endpoint] = await database.query<DisabledEndpoint[]>(
      'SELECT url, disabled_reason, created_by FROM webhook_endpoint WHERE id = $1',
      [subjectKey],
    );
    const staff = typeof data['userId'] === 'string' ? keyOf('User', data['userId']) : endpoint?.created_by;
    const to = staff ? await contacts.emailOf(staff, REQUEST_ID) : null;
    if (!endpoint || to === null) return pointless('nobody who made it is there any more');
    const content = webhookDisabled(endpoint.url, endpoint.disabled_reason ?? '');
    return { kind: 'letter', to, content: renderMail(content, look.from) };
  }
}

interface AbandonedCart {
  readonly user_id: number;
  readonly has_refused: boolean;
  readonly lines: readonly { readonly variantId: number; readonly quantity: number }[];
}

interface DisabledEndpoint {
  readonly url: string;
  readonly disabled_reason: string | null;
  readonly created_by: number | null;
}

const ABANDONED_CART = `
  SELECT c.user_id, EXISTS (SELECT 1 FROM notice_refusal r WHERE r.user_id = c.user_id) AS has_refused,
    jsonb_agg(jsonb_build_object('variantId', l.variant_id, 'quantity', l.quantity) ORDER BY l.id) AS lines
  FROM cart c JOIN cart_line l ON l.cart_id = c.id
  WHERE c.id = $1 AND c.status = 'ACTIVE' AND c.user_id IS NOT NULL
  GROUP BY c.id`;

function pointless(reason: string): Letter {
  return { kind: 'pointless', reason };
}
