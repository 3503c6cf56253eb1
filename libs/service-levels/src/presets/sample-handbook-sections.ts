import type { HandbookSection } from '../format/format.js';

export const sampleSections: readonly HandbookSection[] = [
  {
    id: 'firm',
    title: { zh: '关于我们', en: 'About the firm' },
    body: {
      zh: '我们是一家证券公司，为个人与机构客户提供开户、交易、清算交收及投资咨询服务。\n\n本手册说明我们向您承诺的服务、每一环节的时限，以及未能做到时您可以得到的答复与补偿。手册由合规部门审批后发布，每一版均注明生效时间；您办理业务时适用当时有效的版本。',
      en: 'We are a securities firm that serves persons and organisations: opening accounts, trading, settlement and investment advice.\n\nThis handbook says what we promise, how long each step takes, and what you can expect where we fall short. It is approved by compliance before it is published; each edition names the time from which it is in force, and the edition in force when you ask is the one that holds for you.',
    },
  },
  {
    id: 'commitments',
    title: { zh: '服务承诺', en: 'Our commitments' },
    body: {
      zh: '- 每一项业务都有时限，从我们收到您的申请起算。\n- 需要您补充资料时，我们会向您提出问题，等待您答复的时间不计入时限，自您答复时起继续计算。\n- 您的客户等级在办理期间提升的，时限只会缩短，不会延长。\n- 超过时限的，由上级主管督办，并记录在案；记录不会被删除。\n- 我们保护您的个人信息，只用于办理您的业务。',
      en: '- Every service has a time, counted from when we receive your request.\n- Where we need something from you, we ask; the time until your reply does not count, and the clock goes on from there.\n- If your tier rises while we work, our time gets shorter, never longer.\n- What is late goes to a supervisor and stays on record; records are never deleted.\n- We protect your personal data and use it for your business alone.',
    },
  },
  {
    id: 'processes',
    title: { zh: '业务流程与时限', en: 'Processes and times' },
    body: {
      zh: '下列时间均按所注日历的工作时间计算：客服工作时间为工作日 9:00–11:30、13:00–17:00（调休上班日照常服务），清算交收按交易所交易日计算。\n\n- 开户：提交资料，资料审核，审批，入账并通知您。\n- 交易：委托核查，需要时更正差错并通知您。\n- 清算交收：资料审核，审批，入账。',
      en: 'Times count the hours of the calendar named: the service desk works on working days 9:00–11:30 and 13:00–17:00 (make-up working days included); settlement counts the trading days of the exchanges.\n\n- Account opening: you hand in your documents; document check; approval; booking, and we tell you.\n- Trading: order check; correction where needed, and we tell you.\n- Settlement: document check; approval; booking.',
    },
  },
  {
    id: 'channels',
    title: { zh: '服务渠道与联系方式', en: 'Channels and contacts' },
    body: {
      zh: '- 营业部柜台\n- 客服电话：请填写本公司电话\n- 手机应用、网站、微信\n- 电子邮件与信函：请填写本公司地址\n\n各渠道受理的业务适用同样的时限。',
      en: '- The counter of your branch\n- By phone: the number of your firm goes here\n- App, website, WeChat\n- By email and letter: the address of your firm goes here\n\nThe same times hold on every channel.',
    },
  },
  {
    id: 'complaints',
    title: { zh: '投诉处理', en: 'Complaints' },
    body: {
      zh: '您可以通过任一渠道投诉，也可以拨打 12386 服务热线。与投诉事项有关的人员不参与处理。\n\n我们会确认收到，指定专人与您联系，定期告知进展，并以书面形式作出最终答复，说明理由以及您可以进一步寻求的途径。法规规定的时限另行适用。',
      en: 'Complain on any channel, or call the 12386 service line. Nobody whom a complaint concerns takes part in handling it.\n\nWe confirm that we have it, name a person who contacts you, keep you informed, and answer in writing with our reasons and with where else you can turn. The limits of regulations hold beside these.',
    },
  },
  {
    id: 'compensation',
    title: { zh: '补偿', en: 'Compensation' },
    body: {
      zh: '因我们的过错使您遭受损失的，我们依法赔偿。未能在承诺的时限内办结的，您可以要求说明原因，并可申请减免相关费用。补偿由提出人之外的人员审批，由第三人付款。',
      en: 'Where you lose money by our fault, we make it good as the law requires. Where we miss a time promised here, you may ask for the reasons and for a waiver of the fees concerned. A compensation is approved by another person than proposed it, and paid by a third.',
    },
  },
];
