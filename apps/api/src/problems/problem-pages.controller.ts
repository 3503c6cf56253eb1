import type { Language } from '#event-sourcing';
import { Controller, Get, Header, Headers, Param } from '@nestjs/common';
import { ApiExcludeController } from '@nestjs/swagger';
import { Public } from '#access';
import { formatFaults } from '#service-levels';
import { tierRulesFaults } from '#tiers';
import { fieldFaults } from './edge-problems.js';
import { type CatalogueEntry, problemCatalogue } from './problem-catalogue.js';
import { languageOf, Problem } from './problem.js';

/** The pages that the `type` of a problem points at. */
@ApiExcludeController()
@Controller('problems')
export class ProblemPagesController {
  @Get()
  @Public()
  @Header('Content-Type', 'text/html; charset=utf-8')
  index(@Headers('accept-language') accepted?: string): string {
    const language = languageOf(accepted);
    const items = [...problemCatalogue.values()].map(
      (entry) => `<li><a href="/problems/${entry.code}">${entry.code}</a> ${entry[language]}</li>`,
    );
    return page(language, language === 'zh' ? '问题目录' : 'Problems', `<ul>${items.join('')}</ul>`);
  }

  @Get(':code')
  @Public()
  @Header('Content-Type', 'text/html; charset=utf-8')
  one(@Param('code') code: string, @Headers('accept-language') accepted?: string): string {
    const entry = problemCatalogue.get(code);
    if (!entry) throw new Problem('no-such-route');
    const language = languageOf(accepted);
    return page(language, entry.code, explanation(entry));
  }
}

function explanation(entry: CatalogueEntry): string {
  const faults = Object.entries({ ...fieldFaults, ...formatFaults, ...tierRulesFaults }).map(
    ([code, { en, zh }]) => `<tr><td>${code}</td><td>${en}</td><td>${zh}</td></tr>`,
  );
  const table = entry.code === 'invalid-request' ? `<table><tr><th>code</th><th>en</th><th>zh-CN</th></tr>${faults.join('')}</table>` : '';
  return `<p>HTTP ${entry.status}</p><p lang="en">${escaped(entry.en)}</p><p lang="zh-CN">${escaped(entry.zh)}</p>${table}`;
}

const escaped = (text: string): string => text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('"', '&quot;');

const page = (language: Language, title: string, content: string): string =>
  `<!doctype html><html lang="${language === 'zh' ? 'zh-CN' : 'en'}"><meta charset="utf-8"><title>${title}</title><h1>${title}</h1>${content}</html>`;
