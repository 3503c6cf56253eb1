import { Controller, Get } from '@nestjs/common';
import { ApiExcludeController } from '@nestjs/swagger';
import { Public } from '#access';
import { Problem } from '../problems/problem.js';

/** Resolves where the API can do its work, rejects where something it needs is away. */
export type ReadyCheck = () => Promise<void>;

export class Readiness {
  constructor(readonly check: ReadyCheck) {}
}

@ApiExcludeController()
@Controller('health')
export class HealthController {
  constructor(private readonly readiness: Readiness) {}

  @Get('live')
  @Public()
  live(): { status: 'live' } {
    return { status: 'live' };
  }

  @Get('ready')
  @Public()
  async ready(): Promise<{ status: 'ready' }> {
    try {
      await this.readiness.check();
    } catch {
      throw new Problem('dependency-away', { retryAfterSec: 5 });
    }
    return { status: 'ready' };
  }
}
