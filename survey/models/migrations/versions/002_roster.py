"""roster"""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql
revision = '002'
down_revision = '001'
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table('roster_import',
    sa.Column('id', sa.Uuid().with_variant(sa.LargeBinary(16), "sqlite"), nullable=False),
    sa.Column('project_id', sa.Uuid().with_variant(sa.LargeBinary(16), "sqlite"), nullable=False),
    sa.Column('filename', sa.String(length=200), nullable=False),
    sa.Column('size_bytes', sa.Integer(), nullable=False),
    sa.Column('sha256', sa.String(length=64), nullable=False),
    sa.Column('kind', sa.String(length=8), nullable=False),
    sa.Column('today', sa.Date(), nullable=False),
    sa.Column('state', sa.String(length=32), nullable=False),
    sa.Column('counts', sa.JSON().with_variant(postgresql.JSONB(), "postgresql"), nullable=False),
    sa.Column('digest', sa.String(length=64), nullable=False),
    sa.Column('uploaded_by_id', sa.Uuid().with_variant(sa.LargeBinary(16), "sqlite"), nullable=True),
    sa.Column('uploaded_at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('committed_by_id', sa.Uuid().with_variant(sa.LargeBinary(16), "sqlite"), nullable=True),
    sa.Column('committed_at', sa.DateTime(timezone=True), nullable=True),
    sa.Column('file_sealed', sa.LargeBinary(), nullable=False),
    sa.Column('preview_sealed', sa.LargeBinary(), nullable=True),
    sa.ForeignKeyConstraint(['committed_by_id'], ['user.id'], name=op.f('fk_roster_import_committed_by_id_user')),
    sa.ForeignKeyConstraint(['project_id'], ['project.id'], name=op.f('fk_roster_import_project_id_project')),
    sa.ForeignKeyConstraint(['uploaded_by_id'], ['user.id'], name=op.f('fk_roster_import_uploaded_by_id_user')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_roster_import'))
    )
    with op.batch_alter_table('roster_import', schema=None) as batch_op:
        batch_op.create_index('ix_roster_import_project_uploaded', ['project_id', 'uploaded_at'], unique=False)

    op.create_table('roster_mapping',
    sa.Column('id', sa.Uuid().with_variant(sa.LargeBinary(16), "sqlite"), nullable=False),
    sa.Column('project_id', sa.Uuid().with_variant(sa.LargeBinary(16), "sqlite"), nullable=False),
    sa.Column('signature', sa.String(length=32), nullable=False),
    sa.Column('columns', sa.JSON().with_variant(postgresql.JSONB(), "postgresql"), nullable=False),
    sa.Column('decided_by_id', sa.Uuid().with_variant(sa.LargeBinary(16), "sqlite"), nullable=True),
    sa.Column('decided_at', sa.DateTime(timezone=True), nullable=False),
    sa.ForeignKeyConstraint(['decided_by_id'], ['user.id'], name=op.f('fk_roster_mapping_decided_by_id_user')),
    sa.ForeignKeyConstraint(['project_id'], ['project.id'], name=op.f('fk_roster_mapping_project_id_project')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_roster_mapping')),
    sa.UniqueConstraint('project_id', 'signature', name=op.f('uq_roster_mapping_project_id_signature'))
    )


def downgrade() -> None:
    op.drop_table('roster_mapping')
    with op.batch_alter_table('roster_import', schema=None) as batch_op:
        batch_op.drop_index('ix_roster_import_project_uploaded')

    op.drop_table('roster_import')
