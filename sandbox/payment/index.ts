export { TEST_CARDS } from './cards';
export { startPaymentSandbox, type PaymentSandbox, type PaymentSandboxOptions } from './server';
