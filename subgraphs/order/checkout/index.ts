export { Checkout } from './checkout.entity';
export { CheckoutRecovery } from './checkout.recovery';
export { CheckoutResolver } from './checkout.resolver';
export { CheckoutService } from './checkout.service';
export { CheckoutSteps } from './checkout.steps';
