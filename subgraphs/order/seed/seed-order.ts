import type { OrderAddress } from '../order';

/** A demo shop's order with all that happened to it; the log must follow the table of transitions. */
export interface SeedOrder {
  readonly id: number;
  readonly number: string;
  readonly userId: number | null;
  readonly guestTokenHash: string | null;
  readonly email: string;
  readonly orderDate: Date;
  readonly status: string;
  readonly paymentStatus: string;
  readonly fulfilmentStatus: string;
  readonly currency: string;
  readonly subtotalMinor: number;
  readonly shippingMinor: number;
  readonly shippingTaxMinor: number;
  readonly shippingTaxRate: number;
  readonly taxMinor: number;
  readonly totalMinor: number;
  readonly pricesIncludeTax: boolean;
  readonly shippingMethod: 'STANDARD' | 'EXPRESS';
  readonly shippingMethodName: string;
  readonly shippingAddress: OrderAddress;
  readonly note: string | null;
  readonly reservationId: string;
  readonly cancelledReason: string | null;
  readonly items: readonly SeedOrderItem[];
  readonly events: readonly SeedOrderEvent[];
  readonly payment: SeedPayment;
  readonly shipment: SeedShipment | null;
}

export interface SeedOrderItem {
  readonly productId: number;
  readonly variantId: number;
  readonly name: string;
  readonly variantTitle: string;
  readonly sku: string;
  readonly imageUrl: string | null;
  readonly quantity: number;
  readonly priceMinor: number;
  readonly taxMinor: number;
  readonly taxRate: number;
}

export interface SeedOrderEvent {
  readonly type: string;
  readonly from: string | null;
  readonly to: string;
  readonly details: Readonly<Record<string, unknown>>;
  readonly actorKind: 'CUSTOMER' | 'GUEST' | 'STAFF' | 'SYSTEM';
  readonly actorId: number | null;
  readonly at: Date;
}

export interface SeedPayment {
  readonly status: 'AUTHORIZED' | 'CAPTURED' | 'REFUNDED' | 'VOIDED';
  readonly captureOn: 'PLACING' | 'SHIPPING';
  readonly capturedMinor: number;
  readonly refundedMinor: number;
}

export interface SeedShipment {
  readonly carrier: string;
  readonly trackingNumber: string;
  readonly trackingUrl: string;
  readonly shippedAt: Date;
  readonly deliveredAt: Date | null;
}
