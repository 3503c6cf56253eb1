import { Controller } from '@nestjs/common';
import { QueryBus } from '@nestjs/cqrs';
import { ApiTags } from '@nestjs/swagger';
import { type Freshness, FreshnessQuery } from '#read-models';
import { ShownList, ShownNumber, ShownOne, ShownText, ShownTextOrNull } from '../reads/view-fields.js';
import { Asked, Reads } from '../requests/routes.js';

class SaidView {
  @ShownText() en: string;
  @ShownText() zh: string;
}

class ModelView {
  @ShownText() model: string;
  @ShownNumber() version: number;
  @ShownNumber() position: number;
  @ShownNumber() eventsBehind: number;
  @ShownNumber() secondsBehind: number;
  @ShownNumber('Clients whose events wait for a person') parkedClients: number;
  @ShownOne(() => SaidView, 'The same for people') says: SaidView;
}

class FreshnessView {
  @ShownNumber('Last position of the log') logEnd: number;
  @ShownTextOrNull() lastRecordedAt: string | null;
  @ShownList(() => ModelView) models: ModelView[];
}

class NoQuestion {}

@ApiTags('operations')
@Controller('v1/freshness')
export class FreshnessController {
  constructor(private readonly queries: QueryBus) {}

  @Reads('', 'freshness.read', FreshnessView, 'How fresh every read model is')
  freshness(@Asked() _question: NoQuestion): Promise<Freshness> {
    return this.queries.execute(new FreshnessQuery());
  }
}
