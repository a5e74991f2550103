import { Heartbeat } from '@lubdub/nestjs';
import { Controller, HttpCode, Post } from '@nestjs/common';

/** A route that a scheduler outside calls. */
@Controller('stock')
export class StockController {
  @Heartbeat('stock-count')
  @Post('count')
  @HttpCode(202)
  count(): { readonly items: number } {
    return { items: 42 };
  }
}
