"""Word lists that tell a person's name from other words: who stands before one, what follows one, and who is published."""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType
from typing import Final

_CLASSES: Final = {
    "title": "mr mrs ms miss mx dr doctor pc dc ds dci sgt nurse auntie aunty uncle nanny imam rev reverend pastor father fr cllr sr",
    "office": "judge justice lord lady sir dame professor prof hhj baroness baron mp minister president saint st",
    "kin": (
        "mum mums mam mom mother mothers dad dads father fathers parent parents nan nana nans gran grandma granny grandmother grandad grandfather grandparents "
        "aunt aunts sis sister sisters brother brothers bro sib sibs sibling siblings son sons daughter daughters baby child children kid kids boy boys girl girls "
        "lad lads lass teen teenager partner boyfriend girlfriend bf gf ex husband wife stepdad stepmum stepfather stepmother stepson stepdaughter cousin cousins "
        "twin twins niece nephew newborn toddler eldest youngest oldest middle half-brother half-sister unborn mgm pgm mgf pgf dau family"
    ),
    "role": (
        "carer carers foster guardian worker workers sw ssw pa iro senco hv teacher ta student manager mgr colleague client perp perpetrator victim yp person "
        "adviser advisor keyworker mentor coach tutor supervisor lawyer solicitor therapist nurse midwife gp psychologist clinician officer detective "
        "visitor neighbour friend friends boss tm psw dsl head paediatrician counsellor volunteer resident leaver mate iv adopter adopters aswe asye duty "
        "chair reviewing ehm lado deputy headteacher consultant barrister interpreter landlord"
    ),
    "naming": "called named name names known aka alias nickname",
    "greeting": "hi hiya hey hello dear re regards cheers thanks thankyou ta thx best wishes love x xx kind many",
    "place-before": "in at near across around outside throughout within into via",
    "pronoun": "he she they him her his them their it its i me my we us our you your hes shes theyre who whose whos",
    "does": (
        "says said say told tells telling wants wanted keeps kept went goes got gets has had hasnt hasn't is was isnt isn't wasnt wasn't asks asked asking needs needed "
        "lives lived stays stayed left came comes turned disclosed discloses refuses refused refusing hates loves likes feels felt thinks moved ran hit hits cries cried "
        "wont won't cant can't cannot doesnt doesn't didnt didn't dont don't kicked rang called texted texts would might should could does did been born started stopped "
        "attends struggles looks seems misses missed talks talked knows shows showed presents supports fosters reckons worries worried worked suggested mentioned emailed "
        "wrote sent calls threatened reports reported admits admitted denies denied drinks smokes self-harms screams cutting"
    ),
    "published": (
        "approach model study studies report review research findings recommendation recommendations trial theory framework scale inquiry paper article book judgment ruling "
        "evaluation method questionnaire survey inventory test principles typology cycle effect hypothesis experiment lectures argument protocol law rounds hierarchy levels competence lessons serious stages rule"
    ),
    "body": (
        "council trust foundation university hospital academy college primary house project centre center programme program act court toolkit guidelines guideline "
        "partnership service services network association society commission street road lane avenue duty order orders board police homes home valued institute charity "
        "borough clinic group agency agencies team teams hub hubs school schools nursery scheme fund campaign pilot pilots award conference observatory unit"
    ),
    "topic-before": "evidence research studies about on by for of from per cite citing author authors",
    "calendar": (
        "monday tuesday wednesday thursday friday saturday sunday january february march april may june july august september october november december "
        "mon tue tues wed thu thurs fri sat sun jan feb mar apr jun jul aug sep sept oct nov dec christmas xmas easter eid ramadan diwali autumn winter spring"
    ),
    "setting": (
        "ofsted cafcass nspcc barnardos barnardo's coram camhs nhs english british welsh scottish irish polish romanian somali muslim christian sikh hindu jewish "
        "roma gypsy traveller google facebook instagram snapchat tiktok whatsapp teams slack excel zoom copilot mosaic liquidlogic eclipse netflix sharepoint outlook "
        "dutch american australian swedish german scandinavian albanian afghan syrian sudanese eritrean ukrainian vietnamese turkish kurdish chatgpt xbox fortnite roblox "
        "england wales scotland ireland britain uk europe london america africa pakistan india bangladesh nigeria somalia poland romania albania jamaica ghana france spain"
    ),
    "council": (
        "birmingham manchester leeds liverpool sheffield bristol newcastle hackney camden islington hertfordshire essex kent surrey sussex norfolk suffolk devon dorset "
        "cornwall yorkshire lancashire cheshire cumbria durham northumberland hampshire oxfordshire somerset wiltshire gloucestershire shropshire staffordshire warwickshire "
        "leicester leicestershire derby derbyshire nottingham nottinghamshire lincolnshire rotherham rochdale telford oldham bradford hull swindon luton croydon lambeth "
        "southwark merton burnley selby wolverhampton coventry stoke sunderland gateshead bolton wigan salford stockport tameside bury knowsley sefton wirral plymouth "
        "exeter torbay brighton hove portsmouth southampton reading slough oxford cambridge cambridgeshire peterborough ipswich norwich york doncaster barnsley wakefield "
        "kirklees calderdale darlington hartlepool middlesbrough redcar stockton blackpool blackburn preston lancaster tower hamlets newham haringey barnet brent ealing "
        "hounslow harrow hillingdon enfield redbridge havering bexley bromley greenwich lewisham wandsworth kensington chelsea westminster sutton kingston richmond cardiff "
        "swansea belfast glasgow edinburgh northamptonshire bedfordshire berkshire buckinghamshire worcestershire herefordshire rutland teesside tyneside merseyside "
        "humberside cleveland solihull dudley sandwell walsall halton warrington trafford medway thurrock southend rochford tees cheltenham"
    ),
    "chat": (
        "theres thats whats hows wheres heres imo imho tbh ngl tbf pls plz plse cos coz bc smth smthing sumthing sumone summat owt nowt nino dob bday birthday dunno gonna wanna gotta lol omg btw "
        "fyi asap tmrw tmw tomo thru tho abt wld cld shld u ur r n nd w wiv wi bf addy prem sayin askin goin doin fam sol obvs defo deffo prob probs def poss prog progs docs info "
        "evid ev ref refs mins hrs wks mths yrs yr wk mth yo lac cla cp cin cwd ehcp ehm uasc edt mash marac icpc rcpc iro plo fgc fgm sgo ico ct mh bpd eupd adhd asd asc fasd fii "
        "gcp hsb da dv csa cse cce rso nfa nfa'd hv sdq dols s17 s20 s47 nrpf dbt cbt emdr nvr mst fft fdac vipp pep im ive id youd theyve weve wasnt havent arent werent shouldnt couldnt"
    ),
    "particle": "de da dos van von bin ibn al el la le du ben abu ap mac mc o der den bint ul ur",
}
WORD_CLASSES: Final[Mapping[str, str]] = MappingProxyType(
    {word: name for name, listed in reversed(_CLASSES.items()) for word in listed.split()}
)
