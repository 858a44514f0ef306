//! What an agent says, and what it asks.

use model::id::UserId;

use super::{Applied, Draft, told};
use crate::session::{
    asks::{Asked, Decision, ToolCall},
    event::{AskEvent, WorkEvent},
    note::Note,
    refusal::Refusal,
    settings::Pace,
    work::{ApprovalId, Fence, QuestionId, Running, Stage},
};

impl Draft {
    pub(super) fn said(&mut self, fence: Fence, text: &str) -> Applied {
        self.is_working(fence)?;
        self.emit(WorkEvent::Said { fence, text: told(text) });
        Ok(())
    }

    pub(super) fn noted(&mut self, fence: Fence, note: Note) -> Applied {
        self.running(fence)?;
        self.emit(WorkEvent::Noted { fence, note: note.cleaned() });
        Ok(())
    }

    pub(super) fn approval_asked(&mut self, fence: Fence, call: ToolCall) -> Applied {
        self.is_working(fence)?;
        let call = ToolCall { input: told(&call.input), tool: told(&call.tool), ..call };
        self.emit(AskEvent::ApprovalAsked { fence, call });
        if self.state.settings.pace == Pace::OneShot {
            let (approval, decision) = (ApprovalId(self.state.seq), Decision::by_nobody());
            self.emit(AskEvent::ApprovalSettled { approval, by: None, decision });
        }
        Ok(())
    }

    pub(super) fn decide(
        &mut self,
        by: UserId,
        approval: ApprovalId,
        decision: Decision,
    ) -> Applied {
        let found = self.state.approvals.iter().find(|it| it.id == approval);
        let found = found.ok_or(Refusal::NoApproval { approval })?;
        if decision == Decision::AllowForSession && found.call.pattern.is_none() {
            return Err(Refusal::NoPattern);
        }
        let decision = decision.cleaned();
        self.emit(AskEvent::ApprovalSettled { approval, by: Some(by), decision });
        Ok(())
    }

    pub(super) fn question_asked(&mut self, fence: Fence, asked: Vec<Asked>) -> Applied {
        self.is_working(fence)?;
        let told_of = |it: Asked| Asked {
            text: told(&it.text),
            options: it.options.iter().map(|it| told(it)).collect(),
        };
        let asked = asked.into_iter().map(told_of).collect();
        self.emit(AskEvent::QuestionAsked { fence, asked });
        if self.state.settings.pace == Pace::OneShot {
            let (question, answers) = (QuestionId(self.state.seq), Vec::new());
            self.emit(AskEvent::QuestionSettled { question, by: None, answers });
        }
        Ok(())
    }

    pub(super) fn answer(
        &mut self,
        by: UserId,
        question: QuestionId,
        answers: &[String],
    ) -> Applied {
        let found = self.state.questions.iter().find(|it| it.id == question);
        let asked = found.ok_or(Refusal::NoQuestion { question })?.asked.len();
        if answers.len() != asked {
            return Err(Refusal::Answers { given: answers.len(), asked });
        }
        let answers = answers.iter().map(|it| super::text(it)).collect::<Result<_, _>>()?;
        self.emit(AskEvent::QuestionSettled { question, by: Some(by), answers });
        Ok(())
    }

    fn is_working(&self, fence: Fence) -> Applied {
        match self.running(fence)? {
            Running { stage: Stage::Working { .. }, .. } => Ok(()),
            Running { .. } => Err(Refusal::OutOfTurn),
        }
    }
}
