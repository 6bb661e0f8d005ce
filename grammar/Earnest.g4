// The grammar of Earnest, as ANTLR 4 reads it: what it accepts, the parser in Sources/Syntax accepts, and nothing else. A function of the
// parser and the rule that it reads have the same name.
//
// Line breaks mean no more than spaces. `;` may follow a statement, a share, a step, a `let` of a function and its `return`, once, and stands nowhere
// else. Every declaration, transition, statement and step opens with a reserved word or `->`, except an assignment, a call and an action of a wallet,
// which open with a name; so nobody has to know where a line ends to know where a statement does. A comma may stand before a closing `)`, `]` or `}`,
// but not at the end of a list without such. A `(` or `[` behind what it can belong to belongs to it; so an `else` does.
//
// Three refusals are not in here, because they are not a matter of form: a file above 1 MiB, bytes that are not UTF-8, and nesting deeper than 200.
grammar Earnest;

file              : importDeclaration* (contract | function | structure | enumeration | test)* EOF ;
importDeclaration : 'import' STRING ;

// Declarations.

contract          : 'contract' TYPE generics? '{' member* '}' ;
generics          : '<' generic (',' generic)* '>' ;
generic           : TYPE ':' TYPE ;

member            : 'party' NAME (',' NAME)*
                  | term
                  | binding
                  | vault
                  | field
                  | 'event' TYPE parameters
                  | state
                  | shared
                  | 'final' 'state' types
                  | invariant
                  | view
                  | structure
                  | enumeration
                  | function ;

term              : 'term' NAME ':' type ('=' expression)? conditions ;
conditions        : ('where' expression)* ;
binding           : 'let' NAME '=' expression ;
vault             : 'vault' NAME ':' type ('per' type '[' INT ']')? ;
field             : 'field' NAME ':' type ('=' expression)? ;
invariant         : 'invariant' STRING ('while' types)? ':' expression ;
view              : 'view' NAME parameters ':' type '=' expression ;

structure         : 'struct' TYPE '{' parameter* '}' ;
enumeration       : 'enum' TYPE '{' enumerationCase (',' enumerationCase)* ','? '}' ;
enumerationCase   : TYPE parameters? ;
function          : 'function' NAME generics? parameters ':' type ('=' expression | '{' (binding ';'?)* 'return' expression ';'? '}') ;

parameters        : '(' (parameter (',' parameter)* ','?)? ')' ;
parameter         : NAME ':' type ;

type              : (NAME '.')? TYPE ('<' typeArgument (',' typeArgument)* '>')? '?'? ;
typeArgument      : type | bound ('..' bound?)? ;
bound             : '-'? INT ;
types             : TYPE (',' TYPE)* ;

// Transitions.

state             : 'initial'? 'state' TYPE parameters? transitions ;
shared            : 'while' types transitions ;
transitions       : '{' transition* '}' ;
transition        : trigger (',' trigger)* (block target? | target) ;
trigger           : action | 'after' expression | 'at' expression | 'when' expression ;
action            : 'on' word parameters 'by' who ('receiving' deposit ('and' deposit)*)? conditions ;
who               : 'anyone'
                  | INT 'of' '(' NAME (',' NAME)* ','? ')'
                  | NAME ('and' NAME)* ;
deposit           : expression ('from' NAME)? ('into' | 'to') place ;
place             : NAME key? ;
key               : '[' expression ']' ;
target            : '->' TYPE arguments? ;

// Statements.

block             : '{' (statement ';'?)* '}' ;
statement         : pay
                  | split
                  | 'emit' TYPE arguments
                  | binding
                  | 'require' expression
                  | 'raise' NAME otherwise
                  | ifStatement
                  | loop
                  | matchStatement
                  | target
                  | assignmentOrCall ;
pay               : 'pay' place 'to' (place | 'each') ;
ifStatement       : 'if' expression block ('else' 'if' expression block)* ('else' block)? ;
loop              : 'for' NAME 'in' expression block ;
matchStatement    : 'match' expression '{' ('case' pattern block)+ '}' ;
pattern           : TYPE ('(' NAME (',' NAME)* ','? ')')? ;
assignmentOrCall  : NAME ('.' word)* (arguments | key? '=' expression) ;
otherwise         : ('else' block)? ;

split             : 'split' place shares otherwise ;
shares            : '{' (share ';'?)* '}' ;
share             : ('rest' | 'evenly' | 'up' 'to' expression | expression) '->' (place (',' place)* | shares) ;

// Expressions. Comparisons do not chain, `not` stands before a whole comparison, `rounded` closes a product, and `else` binds last, once. `is` before
// a state parses everywhere and means something only in a test.

expression        : disjunction ('else' disjunction)? ;
disjunction       : conjunction ('or' conjunction)* ;
conjunction       : negation ('and' negation)* ;
negation          : 'not'* comparison ;
comparison        : sum (('==' | '!=' | '<=' | '>=' | '<' | '>') sum
                    | 'not'? 'in' sum
                    | 'is' ('empty' | TYPE)
                    | 'with' sum (':' sum)?)? ;
sum               : product (('+' | '-') product)* ;
product           : unary (('*' | '/' | 'mod') unary)* rounded? ;
rounded           : 'rounded' ('down' | 'up' | 'half' 'even') ;
unary             : '-'* postfix ;
postfix           : primary ('.' (word | TYPE) | arguments | key)* ;
primary           : NAME | TYPE | number | PERCENT | TIME | 'true' | 'false'
                  // Between `{` and `}` in such a string stands an expression without strings; `{{` and `}}` are braces.
                  | STRING
                  | '[' (argument (',' argument)* ','?)? ']'
                  | '(' expression ')'
                  | choice
                  | matchExpression ;
number            : (INT | DECIMAL) TYPE ('per' TYPE)? | INT UNIT | INT | DECIMAL ;
choice            : 'if' expression enclosedValue 'else' enclosedValue ;
matchExpression   : 'match' expression '{' ('case' pattern enclosedValue)+ '}' ;
enclosedValue     : '{' expression '}' ;

arguments         : '(' (argument (',' argument)* ','?)? ')' ;
argument          : (word ':')? expression ;

// Tests.

test              : 'test' STRING steps ;
steps             : '{' (step ';'?)* '}' ;
step              : 'let' NAME '=' (open | expression)
                  | open
                  | 'advance' 'to'? expression
                  | 'block' 'at' expression steps
                  | expectation
                  | act ;
expectation       : 'expect' (NAME 'emitted' TYPE arguments? | expression ('gained' expression)?) ;
open              : 'open' type arguments refusal ;
act               : NAME ('.' word)+ arguments ('with' sum ('and' sum)*)? ('on' NAME)? refusal ;
refusal           : ('refused' word)? ;

// A reserved word is a name after `on` in a trigger, after `refused`, after `.`, and before `:` in an argument; nowhere else.
word              : NAME | UNIT
                  | 'advance' | 'after' | 'and' | 'anyone' | 'at' | 'block' | 'by' | 'case' | 'contract' | 'down' | 'each' | 'else' | 'emit'
                  | 'emitted' | 'empty' | 'enum' | 'even' | 'evenly' | 'event' | 'expect' | 'false' | 'field' | 'final' | 'for' | 'from'
                  | 'function' | 'gained' | 'half' | 'if' | 'import' | 'in' | 'initial' | 'into' | 'invariant' | 'is' | 'let' | 'match' | 'mod'
                  | 'not' | 'of' | 'on' | 'open' | 'or' | 'party' | 'pay' | 'per' | 'raise' | 'receiving' | 'refused' | 'require' | 'rest'
                  | 'return' | 'rounded' | 'split' | 'state' | 'struct' | 'term' | 'test' | 'to' | 'true' | 'up' | 'vault' | 'view' | 'when'
                  | 'where' | 'while' | 'with' ;

// Tokens. The longest one wins: `>=` is one token even behind a type, so a blank stands between `Amount<C>` and `=`, and `2026-12-31` is a time.

UNIT              : ('second' | 'minute' | 'hour' | 'day' | 'week') 's'? ;
TYPE              : [A-Z] LETTER* ;
NAME              : ([a-z_] | HAN) LETTER* ;
TIME              : DAY ('T' D D ':' D D (':' D D)? 'Z')? ;
PERCENT           : DIGITS ('.' DIGITS)? '%' ;
DECIMAL           : DIGITS '.' DIGITS ;
INT               : DIGITS ;
// A number or a time with letters right behind it (`3days`). No rule takes it, which is how it is refused.
MALFORMED         : DIGITS ('.' DIGITS)? ([A-Za-z] | HAN) LETTER* | TIME LETTER (LETTER | ':' D)* ;
// A string has no escapes: it ends at the next quotation mark, on its own line.
STRING            : '"' TEXT* '"' ;
SPACE             : [ \t\r\n]+ -> skip ;
COMMENT           : '//' (TEXT | '"')* -> skip ;

fragment D      : [0-9] ;
fragment DAY    : D D D D '-' D D '-' D D ;
fragment DIGITS : [0-9] [0-9_]* ;
fragment LETTER : [A-Za-z0-9_] | HAN ;
// The unified ideographs, the repetition mark and the zero.
fragment HAN    : [\u3005\u3007\u3400-\u4DBF\u4E00-\u9FFF\u{20000}-\u{2A6DF}\u{2A700}-\u{2EBE0}\u{30000}-\u{323AF}] ;
// Anything on one line but a quotation mark, a control character, and a character that changes the direction of the text.
fragment TEXT   : ~["\u0000-\u0008\u000A-\u001F\u007F-\u009F\u061C\u200E\u200F\u2028-\u202E\u2066-\u2069\uFEFF] ;
