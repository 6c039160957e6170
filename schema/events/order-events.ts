/** `data` of `order.placed`: an order was made; the money is held. Nothing personal: events outlive an erased account. */
export interface OrderPlaced {
  /** Opaque id. */
  readonly orderId: string;
  /** Opaque id of the customer; `null` for a guest. */
  readonly userId: string | null;
  readonly number: string;
  /** In the log of the order. */
  readonly sequence: number;
}

/** `data` of `order.status_changed`: the log of an order grew. Where only money moved, `from` and `to` are equal. */
export interface OrderStatusChanged {
  readonly orderId: string;
  readonly userId: string | null;
  readonly number: string;
  readonly sequence: number;
  /**
   * The entry's type: the new status; or `PARTIALLY_DELIVERED`, `REST_CANCELLED`; of money `PAYMENT_CAPTURED`, `PAYMENT_VOIDED`,
   * `PAYMENT_REFUNDED`, `PAYMENT_PARTIALLY_REFUNDED`, `REFUND_DECIDED`, `REFUND_FAILED`; of returns `RETURN_REQUESTED`,
   * `RETURN_APPROVED`, `RETURN_REFUSED`, `RETURN_RECEIVED`; or `NOTE_ADDED`. More may come.
   */
  readonly type: string;
  readonly from: string;
  readonly to: string;
}

/** `data` of `order.anonymised`: the person was taken out of the orders of an erased account. */
export interface OrderAnonymised {
  readonly userId: string;
}

/** `data` of `cart.abandoned`: a customer left things in a cart and has not come back for some hours. Told once of each cart. */
export interface CartAbandoned {
  readonly cartId: string;
  readonly userId: string;
}
