// The properties panel's groups for our attributes (urn:anlan:bpmn:1) and for the standard's FEEL slots.
import { getBusinessObject, is, isAny } from 'bpmn-js/lib/util/ModelUtil';
import { ListGroup } from '@bpmn-io/properties-panel';
import { parameterEntries } from './connectors.jsx';
import { feel, passage, pick, text } from './entries.jsx';
import { conditionEntries, multiInstanceEntries } from './standard.jsx';
import { extensionList } from './lists.jsx';

const result = text('anlan:resultVariable', '结果变量', '办理或计算的结果存入这个变量');

const correlation = feel('anlan:correlation', '对应值', 'FEEL；收发双方的值相等，消息才送到');

function aboutMessage(object) {
  const definitions = object.get('eventDefinitions');
  return !definitions || definitions.some((definition) => is(definition, 'bpmn:MessageEventDefinition'));
}

function byTime(object) {
  return (object.get('eventDefinitions') ?? []).some((definition) => is(definition, 'bpmn:TimerEventDefinition'));
}

/** What a connector may do. */
const WORK = ['bpmn:ServiceTask', 'bpmn:SendTask'];

const GROUPS = [
  { id: 'assignment', label: '办理', on: ['bpmn:UserTask'], entries: [
    pick('anlan:formKey', '表单', 'forms'),
    pick('anlan:role', '办理角色', 'roles'),
    text('anlan:scope', '办理范围', 'FEEL 或范围名称；空着就从办件所在地向上找到角色的层级'),
    text('anlan:dueIn', '办理期限', '工作日数、ISO 8601 时长（P3D）或 FEEL'),
    passage('anlan:outcomes', '办理结果', '如 agree:同意, return_for_correction:退回补正, reject:不予同意'),
    result,
  ] },
  { id: 'decision', label: '决策', on: ['bpmn:BusinessRuleTask'], entries: [pick('anlan:decisionRef', '决策表', 'decisions'), result] },
  { id: 'connector', label: '连接器', on: WORK, entries: [pick('anlan:connector', '类型', 'connectors'), result] },
  { id: 'received', label: '等待的消息', on: ['bpmn:ReceiveTask', 'bpmn:CatchEvent'], when: aboutMessage, entries: [
    correlation, text('anlan:resultVariable', '内容变量', '消息带来的内容存入这个变量'),
  ] },
  { id: 'sent', label: '发出的消息', on: ['bpmn:SendTask', 'bpmn:ThrowEvent'], when: aboutMessage, entries: [correlation] },
  { id: 'schedule', label: '定时计划', on: ['bpmn:StartEvent'], when: byTime, entries: [
    text('anlan:startRegions', '发起范围', 'village、town、county 或 city：每个村、乡镇、县、市各发起一件；空着只发起一件'),
    text('anlan:resultVariable', '日期变量', '计划的日期存入这个变量的 date；补发的也是原来的日期'),
  ] },
  { id: 'called', label: '调用的流程', on: ['bpmn:CallActivity'], entries: [pick('calledElement', '流程', 'processes')] },
  { id: 'script', label: '脚本', on: ['bpmn:ScriptTask'], entries: [passage('script', '赋值', '每行一个：名称 = FEEL 表达式', { scriptFormat: 'feel' })] },
  { id: 'case', label: '办件', on: ['bpmn:Process', 'bpmn:Participant'], entries: [
    feel('anlan:titleTemplate', '标题', 'FEEL，如 application.project_name + "（" + region.name + "）"'),
    feel('anlan:numberRule', '编号规则', 'FEEL'),
    text('anlan:subject', '办理对象', '在已批准的项目上办理的填 project，其他空着'),
    text('anlan:searchable', '列表中显示的变量', '变量路径，用逗号分开'),
  ] },
];

const LISTS = [
  { id: 'fieldRights', label: '字段权限', on: ['bpmn:UserTask'], type: 'anlan:FieldRight', title: 'key', properties: [
    ['key', '字段'], ['right', '权限', [['edit', '可填'], ['read', '只读'], ['hide', '隐藏']]]] },
  { id: 'inputs', label: '输入', on: ['bpmn:Activity', 'bpmn:ThrowEvent'], type: 'anlan:In', title: 'target', properties: [['source', '来源（FEEL）'], ['target', '变量']] },
  { id: 'outputs', label: '输出', on: ['bpmn:Activity', 'bpmn:CatchEvent'], type: 'anlan:Out', title: 'target', properties: [['source', '来源（FEEL）'], ['target', '变量']] },
];

/** The process of a pool keeps the settings when there is one. */
function holder(element) {
  const object = getBusinessObject(element);
  return is(element, 'bpmn:Participant') ? object.get('processRef') : object;
}

class Settings {
  static $inject = ['propertiesPanel', 'injector'];

  constructor(propertiesPanel, injector) {
    this.injector = injector;
    propertiesPanel.registerProvider(500, this);
  }

  getGroups(element) {
    return (groups) => {
      const [general, ...others] = groups;
      return [general, ...this.#own(element), ...others, ...this.#lists(element)].filter(Boolean);
    };
  }

  #own(element) {
    const object = holder(element);
    const fits = ({ on, when = () => true }) => object && isAny(element, on) && when(object);
    const groups = GROUPS.filter(fits).map(({ id, label, entries }) => ({
      id: `anlan-${id}`, label, shouldOpen: true, entries: entries.map((entry) => entry(object)),
    }));
    const takesConnector = object && isAny(element, WORK);
    const known = this.injector.get('catalogue').connectors ?? [];
    const standard = [
      { id: 'anlan-parameters', label: '连接器的参数', shouldOpen: true, entries: takesConnector ? parameterEntries(object, known, this.injector) : [] },
      { id: 'anlan-condition', label: '条件', shouldOpen: true, entries: conditionEntries(element) },
      { id: 'anlan-each', label: '逐个办理', shouldOpen: true, entries: multiInstanceEntries(element) },
    ];
    return [...groups, ...standard.filter(({ entries }) => entries.length)];
  }

  #lists(element) {
    return LISTS.filter(({ on }) => isAny(element, on)).map((list) => ({
      id: `anlan-${list.id}`, label: list.label, component: ListGroup, ...extensionList(element, list, this.injector),
    }));
  }
}

export const settings = { __init__: ['anlanSettings'], anlanSettings: ['type', Settings] };
