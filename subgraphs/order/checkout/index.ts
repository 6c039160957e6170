export { Checkout } from './checkout.entity';
export { recoverCheckouts } from './checkout.recovery';
export { CheckoutResolver } from './checkout.resolver';
export { CheckoutService } from './checkout.service';
export { CheckoutSteps } from './checkout.steps';
