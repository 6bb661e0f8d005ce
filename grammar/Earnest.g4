// The grammar of Earnest, as ANTLR 4 reads it: what it accepts, the parser in Sources/Syntax accepts, and nothing else. A function of the
// parser and the rule that it reads have the same name.
//
// Line breaks mean no more than spaces. `;` may follow a statement, a share or a step, once, and stands nowhere else. Every declaration, transition,
// statement and step opens with a reserved word, except an assignment and an action of a wallet, which open with a name; so nobody has to know where a
// line ends to know where a statement does. A comma may stand before a closing `)`, but not at the end of a list without parentheses.
//
// Three refusals are not in here, because they are not a matter of form: a file above 1 MiB, bytes that are not UTF-8, and nesting deeper than 200.
grammar Earnest;

file         : (contract | test)* EOF ;

// Declarations.

contract     : 'contract' TYPE ('<' generic (',' generic)* '>')? '{' member* '}' ;
generic      : TYPE ':' TYPE ;

member       : 'party' NAME (',' NAME)*
             | term
             | 'vault' NAME ':' type
             | 'field' NAME ':' type '=' expression
             | 'event' TYPE parameters
             | state
             | 'final' 'state' TYPE (',' TYPE)*
             | invariant ;

term         : 'term' NAME ':' type ('=' expression)? conditions ;
conditions   : ('where' expression)* ;
invariant    : 'invariant' STRING ('while' TYPE (',' TYPE)*)? ':' expression ;

parameters   : '(' (parameter (',' parameter)* ','?)? ')' ;
parameter    : NAME ':' type ;

type         : TYPE ('<' typeArgument (',' typeArgument)* '>')? ;
typeArgument : type | bound ('..' bound)? ;
bound        : '-'? INT ;

// Transitions.

state        : 'initial'? 'state' TYPE '{' transition* '}' ;
transition   : trigger (',' trigger)* (block target? | target) ;
trigger      : 'after' expression
             | 'on' word parameters 'by' who ('receiving' deposit ('and' deposit)*)? conditions ;
who          : 'anyone'
             | INT 'of' '(' (NAME (',' NAME)* ','?)? ')'
             | NAME ('and' NAME)* ;
deposit      : sum ('into' | 'to') NAME ;
target       : '->' TYPE ;

// Statements.

block        : '{' (statement ';'?)* '}' ;
statement    : 'pay' NAME 'to' NAME
             | split
             | 'emit' TYPE arguments
             | 'let' NAME '=' expression
             | 'require' expression
             | ifStatement
             | target
             | NAME '=' expression ;
ifStatement  : 'if' expression block ('else' 'if' expression block)* ('else' block)? ;
split        : 'split' NAME '{' (share ';'?)* '}' ;
share        : ('rest' | 'evenly' | 'up' 'to' expression | expression) '->' NAME (',' NAME)* ;

// Expressions. Comparisons do not chain, `not` stands before a whole comparison, and `rounded` closes a product. `is` and `NAME '.' word` look at an
// agreement from outside: they parse everywhere and mean something only in a test.

expression   : disjunction ;
disjunction  : conjunction ('or' conjunction)* ;
conjunction  : negation ('and' negation)* ;
negation     : 'not'* comparison ;
comparison   : sum ('is' TYPE | ('==' | '!=' | '<=' | '>=' | '<' | '>') sum)? ;
sum          : product (('+' | '-') product)* ;
product      : unary (('*' | '/' | 'mod') unary)* ('rounded' ('down' | 'up' | 'half' 'even'))? ;
unary        : '-'* postfix ;
postfix      : NAME '.' word | primary ;
primary      : NAME | number | PERCENT | STRING | 'true' | 'false' | '(' expression ')' ;
number       : (INT | DECIMAL) TYPE | INT UNIT | INT | DECIMAL ;

arguments    : '(' (argument (',' argument)* ','?)? ')' ;
argument     : (word ':')? expression ;

// Tests.

test         : 'test' STRING '{' (step ';'?)* '}' ;
step         : 'let' NAME '=' (open | NAME arguments)
             | open
             | 'advance' expression
             | 'expect' (NAME 'gained' expression | expression)
             | act ;
open         : 'open' type arguments ('refused' word)? ;
act          : NAME '.' word arguments ('with' expression)? ('on' NAME)? ('refused' word)? ;

// A reserved word is a name after `on` in a trigger, after `refused`, after `.`, and before `:` in an argument; nowhere else.
word         : NAME | UNIT
             // In the language.
             | 'advance' | 'after' | 'and' | 'anyone' | 'by' | 'contract' | 'down' | 'else' | 'emit' | 'even' | 'evenly' | 'event' | 'expect'
             | 'false' | 'field' | 'final' | 'gained' | 'half' | 'if' | 'initial' | 'into' | 'invariant' | 'is' | 'let' | 'mod' | 'not' | 'of'
             | 'on' | 'open' | 'or' | 'party' | 'pay' | 'receiving' | 'refused' | 'require' | 'rest' | 'rounded' | 'split' | 'state' | 'term'
             | 'test' | 'to' | 'true' | 'up' | 'vault' | 'where' | 'while' | 'with'
             // Kept free for what is to come.
             | 'at' | 'block' | 'case' | 'each' | 'empty' | 'enum' | 'for' | 'from' | 'function' | 'in' | 'match' | 'per' | 'raise' | 'return'
             | 'struct' | 'when' ;

// Tokens. The longest one wins: `>=` is one token even behind a type, so a blank stands between `Amount<C>` and `=`.

UNIT         : ('second' | 'minute' | 'hour' | 'day' | 'week') 's'? ;
TYPE         : [A-Z] LETTER* ;
NAME         : ([a-z_] | HAN) LETTER* ;
PERCENT      : DIGITS ('.' DIGITS)? '%' ;
DECIMAL      : DIGITS '.' DIGITS ;
INT          : DIGITS ;
// A number with letters right behind it (`3days`). No rule takes it, which is how it is refused.
MALFORMED    : DIGITS ('.' DIGITS)? ([A-Za-z] | HAN) LETTER* ;
// A string has no escapes: it ends at the next quotation mark, on its own line.
STRING       : '"' TEXT* '"' ;
SPACE        : [ \t\r\n]+ -> skip ;
COMMENT      : '//' (TEXT | '"')* -> skip ;

fragment DIGITS : [0-9] [0-9_]* ;
fragment LETTER : [A-Za-z0-9_] | HAN ;
// The unified ideographs, the repetition mark and the zero.
fragment HAN    : [\u3005\u3007\u3400-\u4DBF\u4E00-\u9FFF\u{20000}-\u{2A6DF}\u{2A700}-\u{2EBE0}\u{30000}-\u{323AF}] ;
// Anything on one line but a quotation mark, a control character, and a character that changes the direction of the text.
fragment TEXT   : ~["\u0000-\u0008\u000A-\u001F\u007F-\u009F\u061C\u200E\u200F\u2028-\u202E\u2066-\u2069\uFEFF] ;
