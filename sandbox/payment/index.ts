export { TEST_CARDS } from './cards';
export { startPaymentSandbox, type PaymentSandbox } from './server';
