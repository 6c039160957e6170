export { SignInResolver } from './sign-in.resolver';
export { SignInService } from './sign-in.service';
