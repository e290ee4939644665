// Texts of dmn-js.
const RULES = '收集所有适用规则的结果';

export default {
  'Definition name': '名称', 'Definition ID': '标识', 'Decision name': '决策名称', 'Decision name: ': '决策名称：', 'Element name': '元素名称', name: '名称', Empty: '空',
  'Create decision': '新建决策', 'Create input data': '新建输入数据', 'Create knowledge source': '新建知识来源', 'Create knowledge model': '新建业务知识模型',
  'Append decision': '追加决策', 'Append input data': '追加输入数据', 'Append knowledge source': '追加知识来源', 'Append business knowledge model': '追加业务知识模型',
  'Open decision table': '打开决策表', 'Open literal expression': '打开表达式', 'Open boxed expression': '打开函数', 'View DRD': '查看关系图',
  'Decision table': '决策表', 'Literal expression': '表达式', 'Literal Expression': '表达式', 'Literal expression editor': '表达式编辑器',

  'Hit policy': '命中策略', 'Hit policy:': '命中策略：', Unique: '唯一', First: '首个', Priority: '优先', Any: '任意', Collect: '收集', 'Collect (Sum)': '收集（合计）',
  'Collect (Min)': '收集（最小）', 'Collect (Max)': '收集（最大）', 'Collect (Count)': '收集（计数）', 'Rule order': '规则顺序', 'Output order': '结果顺序',
  'No overlap is possible and all rules are disjoint. Only a single rule can be matched': '规则互不重叠，最多一条适用',
  'Rules may overlap. The first matching rule will be chosen': '规则可以重叠，取第一条适用的',
  'Rules may overlap. The one with the highest priority will be chosen': '规则可以重叠，取优先级最高的',
  'Rules may overlap. Their output have to match': '规则可以重叠，但结果必须相同',
  'Collects the values of all matching rules': RULES, 'Collects the values of all matching rules and sums up to a single value': `${RULES}并求和`,
  'Collects the values of all matching rules and uses the lowest value': `${RULES}，取最小`, 'Collects the values of all matching rules and uses the highest value': `${RULES}，取最大`,
  'Collects the values of all matching rules and counts the number of them': `${RULES}并计数`, 'Collects the values of all matching rules in rule order': `${RULES}，按规则的顺序`,
  'Collects the values of all matching rules in decreasing output priority order': `${RULES}，按结果的优先级`,

  When: '当', And: '且', Then: '则', Input: '输入', Output: '结果', Annotation: '说明', Annotations: '说明', 'Input label': '输入的名称', 'Input label: ': '输入的名称：', 'Input type': '输入的类型',
  'Input expression': '输入表达式', 'Input expression: ': '输入表达式：', 'Input values': '可取的值', 'Output label': '结果的名称', 'Output label: ': '结果的名称：', 'Output name': '结果的变量',
  'Output name: ': '结果的变量：', 'Output type': '结果的类型', 'Output values': '可取的值', Expression: '表达式', 'Enter expression': '请填写表达式', Resize: '调整宽度',
  'Add input': '增加输入', 'Add output': '增加结果', 'Add rule': '增加规则', 'Add rule above': '在上方增加规则', 'Add rule below': '在下方增加规则', 'Remove rule': '删除规则', 'Move rule': '移动规则',
  'Copy rule': '复制规则', 'Cut rule': '剪切规则', 'Paste rule above': '粘贴到上方', 'Paste rule below': '粘贴到下方', 'Edit input': '编辑输入', 'Edit output': '编辑结果', Edit: '编辑',
  'Add input column left': '在左侧增加输入', 'Add input column right': '在右侧增加输入', 'Add output column left': '在左侧增加结果', 'Add output column right': '在右侧增加结果',
  'Copy input column': '复制输入列', 'Copy output column': '复制结果列', 'Cut input column': '剪切输入列', 'Cut output column': '剪切结果列', 'Paste input column left': '粘贴到左侧',
  'Paste input column right': '粘贴到右侧', 'Paste output column left': '粘贴到左侧', 'Paste output column right': '粘贴到右侧', 'Remove input column': '删除输入列', 'Remove output column': '删除结果列',
  'Add cell description': '增加单元格说明', 'Remove cell description': '删除单元格说明', 'Change cell expression language': '更改单元格的表达式语言',
  'Expression language': '表达式语言', 'Expression language:': '表达式语言：', 'Expression language: {expressionLanguageLabel}': '表达式语言：{expressionLanguageLabel}',
  'Editing not supported for set expression language': '这种表达式语言不能编辑', 'Variable name': '变量名', 'Variable name:': '变量名：', 'Variable type': '变量类型', 'Variable type:': '变量类型：',

  boolean: '是否', string: '文字', number: '数字', date: '日期', time: '时间', dateTime: '日期时间', dayTimeDuration: '天时分秒', yearMonthDuration: '年月',
  'Edit string': '编辑文字', 'Edit number': '编辑数字', 'Edit boolean': '编辑是否', 'Edit date': '编辑日期', 'Edit time': '编辑时间', 'Edit date and time': '编辑日期时间', 'Edit duration': '编辑时长',
  'Test type': '比较方式', Comparison: '比较', 'Comparison operator': '比较符', Range: '范围', Equals: '等于', Less: '小于', 'Less or equals': '小于或等于', Greater: '大于', 'Greater or equals': '大于或等于',
  'Range start value': '范围起点', 'Range start operator': '起点是否包含', 'Range end value': '范围终点', 'Range end operator': '终点是否包含', Include: '包含', Exclude: '不包含', 'Start value': '起点', 'End value': '终点',
  Yes: '是', No: '否', 'No values': '没有值', Values: '值', 'Predefined values': '可取的值', 'Custom values': '其他值', 'Add values': '增加值', 'Add predefined values': '增加可取的值', 'Clear predefined values': '清空可取的值',
  'Match one': '是其中之一', 'Match none': '都不是', 'Set value': '设置值', 'Boolean value': '是否', 'String value': '文字', 'Strings must be in double quotes': '文字要用双引号括起来',
  Before: '早于', After: '晚于', Between: '介于', Exactly: '等于', 'Use today': '用今天', 'Use now': '用现在', 'Set date': '设置日期', 'Set time': '设置时间', 'Set date and time': '设置日期时间', 'Set duration': '设置时长',
  'Start date': '起始日期', 'End date': '结束日期', 'Start time': '起始时间', 'End time': '结束时间', 'Start date and time': '起始日期时间', 'End date and time': '结束日期时间',
  'Edit start date': '编辑起始日期', 'Edit end date': '编辑结束日期', 'Edit start time': '编辑起始时间', 'Edit end time': '编辑结束时间', 'Edit start date and time': '编辑起始日期时间', 'Edit end date and time': '编辑结束日期时间',
  'Date value': '日期', 'Time value': '时间', 'Date and time value': '日期时间', 'Date and time': '日期时间', 'Duration value': '时长', Time: '时间', 'e.g. { sample }': '如 { sample }', 'e.g. { example } ': '如 { example }',

  'Add parameter': '增加参数', 'Remove parameter': '删除参数', 'Edit formal parameters': '编辑参数', 'Edit function kind': '编辑函数种类', 'Function kind: {kind}': '函数种类：{kind}', Kind: '种类',
};
