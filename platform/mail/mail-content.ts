/** A mail in words, before it is laid out: what a template makes. All of it is plain text; the layout escapes it. */
export interface MailContent {
  readonly subject: string;
  /** The half sentence that inboxes show beside the subject. */
  readonly preheader: string;
  readonly blocks: readonly MailBlock[];
}

export type MailBlock =
  | { readonly kind: 'text'; readonly text: string }
  | { readonly kind: 'heading'; readonly text: string }
  /** Something to do; `url` is absolute. */
  | { readonly kind: 'button'; readonly label: string; readonly url: string }
  | { readonly kind: 'goods'; readonly goods: readonly MailGoods[] }
  | { readonly kind: 'sums'; readonly sums: readonly MailSum[] }
  | { readonly kind: 'facts'; readonly facts: readonly MailFact[] }
  /** Small print. */
  | { readonly kind: 'note'; readonly text: string; readonly link?: { readonly label: string; readonly url: string } };

/** A line of goods, such as "2 × A lamp, Red". */
export interface MailGoods {
  readonly name: string;
  readonly detail: string;
  readonly quantity: number;
  /** As people read it, such as "€19.99"; `null` where money is not the point. */
  readonly amount: string | null;
  /** Absolute; `null` when there is no picture. */
  readonly imageUrl: string | null;
}

export interface MailSum {
  readonly label: string;
  readonly amount: string;
  /** The one that counts. */
  readonly isTotal?: boolean;
}

/** A label with lines below it, such as an address. */
export interface MailFact {
  readonly label: string;
  readonly lines: readonly string[];
  /** Where the last line leads to. */
  readonly url?: string | null;
}

export interface RenderedMail {
  readonly subject: string;
  readonly text: string;
  readonly html: string;
}

/** The address behind a link in a mail, or `null` for what must not be one, such as `javascript:`. */
export function linkOf(address: string | null | undefined, base?: string): string | null {
  if (!address || !URL.canParse(address, base)) return null;
  const { protocol, href } = new URL(address, base);
  return protocol === 'https:' || protocol === 'http:' ? href : null;
}
