/** What a provider answered to an authorisation. */
export type Authorisation =
  | {
      readonly isAuthorised: true;
      /** Whether the money is taken at once or when the goods leave. */ readonly captureOn: CaptureOn;
    }
  | { readonly isAuthorised: false; readonly code: string };

export type CaptureOn = 'PLACING' | 'SHIPPING';

export interface ChargeRequest {
  /** Ours, unique to one checkout: the provider does each thing once per reference. */
  readonly reference: string;
  readonly amountMinor: number;
  readonly currency: string;
}

/**
 * Whoever moves the money. Each call is idempotent by reference and throws UPSTREAM_UNAVAILABLE when its outcome is not
 * known.
 */
export interface PaymentProvider {
  readonly name: string;
  authorise(request: ChargeRequest & { readonly token: string }): Promise<Authorisation>;
  /** What became of an authorisation whose answer was lost; `null` when the provider never saw it. */
  find(reference: string): Promise<Authorisation | null>;
  capture(request: ChargeRequest): Promise<void>;
  /** Lets a hold go. A reference that was voided before it was authorised can never be authorised. */
  void(request: ChargeRequest): Promise<void>;
  refund(request: ChargeRequest): Promise<void>;
}
