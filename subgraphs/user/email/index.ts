export { EmailResolver } from './email.resolver';
export { EmailService } from './email.service';
