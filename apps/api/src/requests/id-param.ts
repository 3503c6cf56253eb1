import { Param, type PipeTransform } from '@nestjs/common';
import { isUuid, type Uuid } from '#event-sourcing';
import { invalidRequest } from '../problems/problem.js';

class IdInPath implements PipeTransform<string, Uuid> {
  constructor(private readonly name: string) {}

  transform(value: string): Uuid {
    if (!isUuid(value)) throw invalidRequest({ pointer: `#/path/${this.name}`, code: 'bad-format' });
    return value;
  }
}

/** Parameter of a controller method: an id in the path. */
export const Id = (name: string): ParameterDecorator => Param(name, new IdInPath(name));
