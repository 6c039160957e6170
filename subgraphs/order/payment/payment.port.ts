export type CaptureOn = 'PLACING' | 'SHIPPING';

export interface ChargeRequest {
  /** Ours, unique to one attempt to pay: the provider does each thing once per reference. */
  readonly reference: string;
  readonly amountMinor: number;
  readonly currency: string;
}

/** What the shopper has to do before the money can be held. */
export interface PaymentAction {
  /** The bank's page to send the shopper to; `null` when the provider's own library shows it, by the secret. */
  readonly redirectUrl: string | null;
  readonly clientSecret: string;
}

/** What became of an authorisation. */
export type Authorisation =
  | {
      readonly kind: 'AUTHORISED';
      /** Whether the money is taken at once or when the goods leave. */ readonly captureOn: CaptureOn;
    }
  | { readonly kind: 'DECLINED'; readonly code: string }
  | { readonly kind: 'ACTION_REQUIRED'; readonly action: PaymentAction };

/** A payment as its provider sees it now. */
export interface ProviderPayment {
  readonly id: string;
  /** Ours; `null` for one that somebody else made. */
  readonly reference: string | null;
  /** NEW: nobody has tried to pay with a card yet. PROCESSING: the bank has not answered, and nobody can change it meanwhile. */
  readonly status: 'NEW' | 'PROCESSING' | 'ACTION_REQUIRED' | 'AUTHORIZED' | 'CAPTURED' | 'VOIDED' | 'DECLINED';
  readonly failureCode: string | null;
  readonly action: PaymentAction | null;
  readonly currency: string;
  readonly amountMinor: number;
  readonly capturedMinor: number;
  /** `null` where the provider was not asked for it. */
  readonly refundedMinor: number | null;
  readonly createdAt: Date;
}

export interface ProviderRefund {
  readonly id: string;
  readonly reference: string | null;
  readonly amountMinor: number;
  readonly status: 'PENDING' | 'DONE' | 'FAILED';
  readonly failureCode: string | null;
}

/** An event whose signature was checked: that something changed, not what is true now. */
export interface ProviderEvent {
  readonly id: string;
  readonly type: string;
  readonly paymentId: string;
  readonly reference: string | null;
  readonly happenedAt: Date;
}

/**
 * Whoever moves the money. Each call may be repeated: it does its thing once per reference. When the outcome is not known
 * it throws UPSTREAM_UNAVAILABLE, and `find` tells later.
 */
export interface PaymentProvider {
  readonly name: string;
  authorise(request: ChargeRequest & { readonly token: string }): Promise<ProviderPayment>;
  /**
   * As it is now; by the provider's id, or by our reference for a day at least. One that it never saw is NEW from then on;
   * one that it failed to make is VOIDED: nobody can pay it.
   */
  find(charge: ChargeRequest, id: string | null): Promise<ProviderPayment>;
  /** By the provider's id alone; `null` when there is no such payment. */
  read(id: string): Promise<ProviderPayment | null>;
  /** Takes what is held; answers how it stands then, which may be otherwise. */
  capture(id: string, orderNumber: string): Promise<ProviderPayment>;
  /** Lets a hold go, and bars what was not confirmed yet; answers how it stands then, which may be otherwise. */
  cancel(id: string): Promise<ProviderPayment>;
  /** Once per reference, also after the provider has failed at it. A refusal for good is a refund that FAILED. */
  refund(request: {
    readonly paymentId: string;
    readonly reference: string;
    readonly amountMinor: number;
  }): Promise<ProviderRefund>;
  refundsOf(paymentId: string): Promise<ProviderRefund[]>;
  /** Payments that were begun after a time, newest first. */
  since(time: Date): AsyncIterable<ProviderPayment>;
  /** What a webhook tells; `null` for what does not concern payments. @throws when the signature is wrong or old */
  readEvent(body: string, signature: string): ProviderEvent | null;
}
