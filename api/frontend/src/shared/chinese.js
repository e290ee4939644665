// Texts of the diagram tools that bpmn-js-i18n does not translate, or not in our words.

const KINDS = {
  Timer: '定时', Message: '消息', Signal: '信号', Error: '错误', Escalation: '升级', Conditional: '条件',
  Compensate: '补偿', Link: '链接', Terminate: '终止', Cancel: '取消', Multiple: '多重', 'Parallel Multiple': '并行多重',
};
const EVENTS = {
  'Start Event': '开始事件', 'End Event': '结束事件', 'Intermediate Catch Event': '中间捕获事件',
  'Intermediate Throw Event': '中间抛出事件', 'Boundary Event': '边界事件',
};

/** The panel's heading joins a kind and an event, so the words are joined here too. */
function eventNames() {
  const names = Object.entries(EVENTS);
  const joined = Object.entries(KINDS).flatMap(([kind, own]) => names.map(([event, text]) => [`${kind} ${event}`, own + text]));
  return Object.fromEntries([...names, ...joined]);
}

export default {
  ...eventNames(),

  Process: '流程', Collaboration: '协作', Participant: '参与者', Pool: '池', Lane: '泳道', 'Empty Pool': '空池', 'Expanded Pool': '展开的池',
  'Sequence Flow': '顺序流', 'Default Flow': '默认流', 'Conditional Flow': '条件流', 'Message Flow': '消息流', Association: '关联',
  Task: '任务', 'User Task': '用户任务', 'Manual Task': '手工任务', 'Service Task': '服务任务', 'Send Task': '发送任务', 'Receive Task': '接收任务',
  'Script Task': '脚本任务', 'Business Rule Task': '决策任务', 'Business rule task': '决策任务', 'Call Activity': '调用流程', 'Call activity': '调用流程',
  'Exclusive Gateway': '排他网关', 'Parallel Gateway': '并行网关', 'Inclusive Gateway': '包容网关', 'Complex Gateway': '复杂网关',
  'Event Based Gateway': '事件网关', 'Event based Gateway': '事件网关',
  'Sub Process': '子流程', 'Expanded Sub Process': '展开的子流程', 'Collapsed Sub Process': '折叠的子流程', 'Event Sub Process': '事件子流程',
  'Expanded Event Sub Process': '展开的事件子流程', 'Ad Hoc Sub Process': '临时子流程', 'Ad-hoc sub-process': '临时子流程', 'Expanded Transaction': '展开的事务', Transaction: '事务',
  'Data Object': '数据对象', 'Data Object Reference': '数据对象', 'Data Store Reference': '数据存储', 'Data Input': '数据输入', 'Data Output': '数据输出',
  'Data Input Association': '数据输入关联', 'Data Output Association': '数据输出关联',
  'Text Annotation': '文字注释', Group: '分组', Label: '标签', 'Multiple Elements': '多个元素',

  General: '常规', Documentation: '说明', 'Element documentation': '元素说明', 'Process documentation': '流程说明', Name: '名称', ID: '标识',
  'Process ID': '流程标识', 'Process name': '流程名称', 'Participant Name': '参与者名称', 'Participant ID': '参与者标识', Executable: '可执行', Version: '版本',
  Compensation: '补偿', Error: '错误', Escalation: '升级', Link: '链接', Message: '消息', Signal: '信号', Timer: '定时', Completion: '完成',
  'Multi-instance': '多实例（标准写法）', 'Loop cardinality': '次数', 'Completion condition': '完成条件', 'Cancel remaining instances': '取消其余实例',
  'Global message reference': '消息', 'Global signal reference': '信号', 'Global error reference': '错误', 'Global escalation reference': '升级',
  'Activity reference': '活动', 'Wait for completion': '等待完成', Code: '代码', Type: '类型', Value: '值', Date: '日期', Duration: '时长', Cycle: '周期',
  '<none>': '（无）', '<empty>': '（空）', 'Create new ...': '新建……', 'Create new entry': '新建一项', 'Create new list item': '新建一项', 'Unparsable FEEL expression.': 'FEEL 表达式不完整。', 'Delete item': '删除', 'Toggle section': '展开或收起',
  'Toggle list item': '展开或收起', 'Section contains edits': '有填写的内容', 'Section contains data': '有填写的内容', 'Section contains an error': '有错误', 'List contains {numOfItems} item': '共 {numOfItems} 项',
  'List contains {numOfItems} items': '共 {numOfItems} 项', Create: '新建', 'Open documentation': '查看说明',
  'ID must be a valid QName.': '标识以字母或下划线开头，只含字母、数字、“_”“-”“.”。', 'ID must be unique.': '标识不能重复。', 'ID must not be empty.': '请填写标识。',
  'ID must not contain prefix.': '标识不能带前缀。', 'ID must not contain spaces.': '标识不能含空格。',
  'Select an element to edit its properties.': '请选择一个元素。', 'Multiple elements are selected. Select a single element to edit its properties.': '选中了多个元素，请只选一个。',
  'A specific point in time defined as ISO 8601 combined date and time representation.': 'ISO 8601 的日期时间，或 FEEL。',
  'A time duration defined as ISO 8601 durations format.': 'ISO 8601 的时长，或 FEEL。', 'A cycle defined as ISO 8601 repeating intervals format.': 'ISO 8601 的重复间隔，或 FEEL。',
  '15 seconds': '15 秒', '1 hour and 30 minutes': '1 小时 30 分', '14 days': '14 天', 'every 10 seconds, up to 5 times': '每 10 秒一次，共 5 次',
  'every day, infinitely': '每天一次，不限次数', 'UTC time': '协调世界时', 'UTC plus 2 hours zone offset': '带时区偏移', 'Documentation: Timer events': '定时事件的说明（英文）',

  'FEEL expression is mandatory': 'FEEL 表达式', 'Click to set a dynamic value with FEEL expression': '改用 FEEL 表达式', 'Click to remove dynamic value with FEEL expression': '不用 FEEL 表达式',
  'Open pop-up editor': '在大窗口中编辑', 'Opened in editor': '正在大窗口中编辑', 'Edit FEEL expression': '编辑 FEEL 表达式', Close: '关闭',

  'Open minimap': '小地图', 'Close minimap': '收起小地图', 'Toggle minimap': '打开或收起小地图',
  'Create element': '新建元素', 'Append element': '追加元素', 'Change element': '更改元素', Search: '查找', 'Search in diagram': '在图中查找', 'No matching elements': '没有找到',
  Tasks: '任务', Gateways: '网关', 'Sub-processes': '子流程', Events: '事件', Data: '数据', Participants: '参与者', 'Boundary event': '边界事件', 'Expanded pool/participant': '展开的池', 'Empty pool/participant': '空池',
  'Align elements': '对齐', 'Align elements left': '左对齐', 'Align elements center': '水平居中', 'Align elements right': '右对齐', 'Align elements top': '上对齐',
  'Align elements middle': '垂直居中', 'Align elements bottom': '下对齐', 'Distribute elements horizontally': '水平均匀分布', 'Distribute elements vertically': '垂直均匀分布',
};
