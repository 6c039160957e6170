export { Payment } from './payment.entity';
export { createPaymentLoader, type PaymentLoader } from './payment.loader';
export type { Authorisation } from './payment.port';
export { PaymentResolver } from './payment.resolver';
export { PaymentService, type RefundOutcome, type RefundRequest } from './payment.service';
export { createSandboxProvider, SandboxCharge } from './sandbox.provider';
